//! One visitor at the SSH server of a device: who he is, and which command line he gets.
//!
//! RFC 4252 (authentication), RFC 4254 (sessions). What an old device offers is RFC 4253's required set: diffie-hellman-group1-sha1,
//! ssh-rsa, 3des-cbc, and aes128-cbc, hmac-sha1.

use super::IDLE;
use crate::cli::{self, terminal};
use crate::network::Network;
use crate::platform::Style;
use crate::topology::Algorithms;
use russh::keys::{Algorithm, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handle, Handler, Msg, PublicKeyOffer, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet, Preferred, Pty, SshId, cipher, compression, kex, mac};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A wrong password costs a moment, as everywhere.
const REJECTION: Duration = Duration::from_millis(300);
/// Then the server hangs up.
const LOGINS_MAX: usize = 3;
/// Channels of one connection.
const CHANNELS_MAX: usize = 4;

const OLD_KEX: &[kex::Name] = &[kex::DH_G1_SHA1];
const OLD_KEYS: &[Algorithm] = &[Algorithm::Rsa { hash: None }];
const OLD_CIPHERS: &[cipher::Name] = &[cipher::AES_128_CBC, cipher::TRIPLE_DES_CBC];
const OLD_MACS: &[mac::Name] = &[mac::HMAC_SHA1];
const NO_COMPRESSION: &[compression::Name] = &[compression::NONE];

pub(crate) struct Visitor {
    network: Arc<Network>,
    place: usize,
    style: Style,
    user: String,
    has_terminal: bool,
    channels: Vec<Channel<Msg>>,
}

/// The server's side of one connection, as the faults in force want it.
pub(crate) fn prepare(network: &Arc<Network>, place: usize) -> (Arc<Config>, Visitor) {
    let faults = network.ssh(place);
    let (platform, algorithms) = network.with_device(place, |device, _| (Arc::clone(&device.platform), device.spec.algorithms));
    let keys = network.host_keys(place);
    let mut preferred = Preferred { compression: Cow::Borrowed(NO_COMPRESSION), ..Preferred::default() };
    let key = if faults.is_old || algorithms == Algorithms::Old {
        preferred.kex = Cow::Borrowed(OLD_KEX);
        preferred.key = Cow::Borrowed(OLD_KEYS);
        preferred.cipher = Cow::Borrowed(OLD_CIPHERS);
        preferred.mac = Cow::Borrowed(OLD_MACS);
        &keys.legacy
    } else if faults.has_other_host_key {
        &keys.other
    } else {
        &keys.usual
    };
    let config = Config {
        server_id: SshId::Standard(Cow::Owned(format!("SSH-2.0-{}", platform.ssh_id))),
        methods: MethodSet::from(&[MethodKind::PublicKey, MethodKind::Password][..]),
        auth_rejection_time: REJECTION,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key.clone()],
        max_auth_attempts: LOGINS_MAX,
        inactivity_timeout: Some(IDLE),
        preferred,
        nodelay: true,
        ..Config::default()
    };
    let visitor = Visitor {
        network: Arc::clone(network),
        place,
        style: platform.style,
        user: String::new(),
        has_terminal: false,
        channels: Vec::new(),
    };
    (Arc::new(config), visitor)
}

impl Visitor {
    fn knows(&self, user: &str) -> bool {
        let name = cli::login_name(self.style, user);
        !self.network.ssh(self.place).refuses_login && self.network.with_device(self.place, |device, _| device.login.user == name)
    }

    fn knows_key(&self, user: &str, key: &PublicKey) -> bool {
        self.knows(user) && self.network.with_device(self.place, |device, _| device.login.authorized.key_data() == key.key_data())
    }

    fn verdict(&mut self, user: &str, is_known: bool) -> Auth {
        if !is_known {
            return Auth::reject();
        }
        user.clone_into(&mut self.user);
        Auth::Accept
    }

    fn channel(&mut self, id: ChannelId) -> Option<Channel<Msg>> {
        let place = self.channels.iter().position(|channel| channel.id() == id)?;
        Some(self.channels.swap_remove(place))
    }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        let banner = self.network.with_device(self.place, |device, now| device.filled(&device.platform.banner, now).join("\r\n"));
        Ok((!banner.is_empty()).then(|| banner + "\r\n"))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let is_right = self.network.with_device(self.place, |device, _| device.login.password.reveal() == password);
        let is_known = is_right && self.knows(user);
        Ok(self.verdict(user, is_known))
    }

    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        Ok(if self.knows_key(user, offer.public_key) { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let is_known = self.knows_key(user, key.public_key);
        Ok(self.verdict(user, is_known))
    }

    async fn channel_open_session(&mut self, channel: Channel<Msg>, reply: ChannelOpenHandle, _: &mut Session) -> Result<(), Self::Error> {
        if self.channels.len() < CHANNELS_MAX {
            self.channels.push(channel);
            reply.accept().await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.has_terminal = true;
        session.channel_success(channel)
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        let Some(channel) = self.channel(id) else { return session.channel_failure(id) };
        session.channel_success(id)?;
        let (network, place, handle) = (Arc::clone(&self.network), self.place, session.handle());
        let line = cli::open(self.style, &self.user);
        // A shell without a terminal reads its input in silence; the consoles of network gear do not know the difference.
        let has_echo = self.has_terminal || self.style != Style::Shell;
        tokio::spawn(async move {
            let _ = terminal::serve(channel.into_stream(), network, place, line, has_echo).await;
            finish(&handle, id, 0).await;
        });
        Ok(())
    }

    async fn exec_request(&mut self, id: ChannelId, command: &[u8], session: &mut Session) -> Result<(), Self::Error> {
        let Some(channel) = self.channel(id) else { return session.channel_failure(id) };
        session.channel_success(id)?;
        let (network, place, handle) = (Arc::clone(&self.network), self.place, session.handle());
        let mut line = cli::open(self.style, &self.user);
        let command = String::from_utf8_lossy(command).into_owned();
        tokio::spawn(async move {
            let (text, status) = terminal::once(&network, place, line.as_mut(), &command).await;
            let _ = channel.data_bytes(text.into_bytes()).await;
            finish(&handle, id, status).await;
        });
        Ok(())
    }
}

/// RFC 4254, 6.10: the status, then the end. Whoever has gone does not hear it.
async fn finish(handle: &Handle, id: ChannelId, status: u32) {
    let _ = handle.exit_status_request(id, status).await;
    let _ = handle.eof(id).await;
    let _ = handle.close(id).await;
}
