//! The second factor: begun with the password, on after the first code, off with both.

use super::{Access, COMING_IN, home_of};
use crate::caller::Caller;
use crate::error::AccessError;
use crate::limiter::{self, BY_CODE, Try};
use crate::origin::Origin;
use crate::totp::{self, RECOVERY_CODES, Typed};
use crate::vault::Purpose;
use model::{PersonId, Secret, Timestamp};
use serde_json::json;
use store::Tx;
use zeroize::Zeroizing;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactorState {
    /// `None`: off.
    pub since: Option<Timestamp>,
    pub recovery_codes_left: i64,
}

/// What a person puts into his device; shown once.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Base32, for typing.
    pub secret: Secret,
    pub otpauth_url: Secret,
    pub qr_svg: Secret,
}

const NOT_BEGUN: AccessError = AccessError::Conflict { reason: "there is no second factor to confirm; begin with POST /me/second-factor" };

impl Access {
    pub async fn second_factor(&self, caller: &Caller) -> Result<SecondFactorState, AccessError> {
        let mut tx = self.store.read(&COMING_IN).await?;
        let since = tx.second_factor(caller.person).await?.and_then(|factor| factor.since);
        let left = if since.is_some() { tx.recovery_codes_left(caller.person).await? } else { 0 };
        Ok(SecondFactorState { since, recovery_codes_left: left })
    }

    /// A new secret, which nothing asks for until [`Access::confirm_second_factor`].
    pub async fn begin_second_factor(&self, caller: &Caller, password: Secret, from: &Origin) -> Result<Enrolment, AccessError> {
        self.check_own_password(caller, password, from).await?;
        let secret = totp::new_secret()?;
        let sealed = self.vault.seal(Purpose::SecondFactor, caller.person.bytes(), &*secret)?;
        let mut tx = self.store.write(&COMING_IN).await?;
        if !tx.begin_second_factor(caller.person, sealed).await? {
            return Err(AccessError::Conflict { reason: "your second factor is on; turn it off before you begin with a new device" });
        }
        // What people see in their device is the name of whoever serves them.
        let issuer = match home_of(&mut tx, caller.person).await? {
            Some(home) => tx.inherited(home).await?.brand_name,
            None => String::new(),
        };
        tx.commit().await?;
        let text = Zeroizing::new(totp::base32(&*secret));
        let url = Zeroizing::new(totp::otpauth_url(&issuer, &caller.email, &text));
        let picture = totp::qr_svg(&url).ok_or(AccessError::Conflict { reason: "your e-mail is too long for a picture" })?;
        Ok(Enrolment { secret: Secret::new(text.as_str()), otpauth_url: Secret::new(url.as_str()), qr_svg: Secret::new(picture) })
    }

    /// Turns it on and answers the recovery codes, which are shown once.
    pub async fn confirm_second_factor(&self, caller: &Caller, code: &Secret) -> Result<Vec<Secret>, AccessError> {
        let tries = [Try::new(BY_CODE, caller.person)];
        limiter::count(&self.store, &tries).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        let factor = tx.second_factor(caller.person).await?.filter(|factor| factor.since.is_none()).ok_or(NOT_BEGUN)?;
        if !self.is_from_device(&mut tx, caller.person, &factor.sealed, code).await? {
            return Err(wrong_code());
        }
        limiter::forgive(&mut tx, &tries).await?;
        let mut codes = Vec::new();
        let mut hashes = Vec::new();
        for _ in 0..RECOVERY_CODES {
            let code = totp::new_recovery_code()?;
            hashes.push(self.hash_of_recovery_code(caller.person, &code));
            codes.push(Secret::new(totp::grouped(&code)));
        }
        tx.turn_second_factor_on(caller.person, &hashes).await?;
        self.write_down(&mut tx, "second_factor.on", caller.person, caller).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Off again: with the password and a code, so that neither a stolen session nor a stolen device is enough.
    pub async fn remove_own_second_factor(
        &self,
        caller: &Caller,
        password: Secret,
        code: &Secret,
        from: &Origin,
    ) -> Result<(), AccessError> {
        self.check_own_password(caller, password, from).await?;
        let is_on = self.store.read(&COMING_IN).await?.second_factor(caller.person).await?.is_some_and(|factor| factor.since.is_some());
        if !is_on {
            return Err(AccessError::Conflict { reason: "your second factor is off" });
        }
        self.prove(caller.person, code).await.map_err(|error| match error {
            AccessError::SecondFactorWrong => wrong_code(),
            other => other,
        })?;
        let mut tx = self.store.write(&COMING_IN).await?;
        tx.remove_second_factor(caller.person).await?;
        self.write_down(&mut tx, "second_factor.off", caller.person, caller).await?;
        Ok(tx.commit().await?)
    }

    /// For somebody who lost his device and his recovery codes. Who may is decided by the caller of this function; in his transaction.
    pub async fn remove_second_factor_of(&self, tx: &mut Tx, person: PersonId) -> Result<(), AccessError> {
        if !tx.remove_second_factor(person).await? {
            return Err(AccessError::Conflict { reason: "this person has no second factor" });
        }
        let home = home_of(tx, person).await?.ok_or(AccessError::NotFound { what: "person" })?;
        tx.audit("second_factor.removed", person, home, None, None).await?;
        Ok(())
    }

    /// Uses a code up, of the device or a recovery code. A wrong one counts as a failure of the person.
    pub(super) async fn prove(&self, person: PersonId, code: &Secret) -> Result<(), AccessError> {
        let tries = [Try::new(BY_CODE, person)];
        limiter::count(&self.store, &tries).await?;
        let mut tx = self.store.write(&COMING_IN).await?;
        let Some(factor) = tx.second_factor(person).await? else { return Err(AccessError::SecondFactorWrong) };
        let is_right = match totp::read(code.reveal()) {
            Typed::Recovery(code) => {
                let is_one = tx.use_recovery_code(person, &self.hash_of_recovery_code(person, &code)).await?;
                if is_one && let Some(home) = home_of(&mut tx, person).await? {
                    let left = tx.recovery_codes_left(person).await?;
                    tx.audit("second_factor.recovery_code_used", person, home, None, Some(json!({"left": left}))).await?;
                }
                is_one
            }
            _ => self.is_from_device(&mut tx, person, &factor.sealed, code).await?,
        };
        if !is_right {
            return Err(AccessError::SecondFactorWrong);
        }
        limiter::forgive(&mut tx, &tries).await?;
        Ok(tx.commit().await?)
    }

    async fn is_from_device(&self, tx: &mut Tx, person: PersonId, sealed: &[u8], code: &Secret) -> Result<bool, AccessError> {
        let Typed::Device(code) = totp::read(code.reveal()) else { return Ok(false) };
        let secret = self.vault.open(Purpose::SecondFactor, person.bytes(), sealed)?;
        match totp::step_of(&secret, &code, tx.now()) {
            Some(step) => Ok(tx.use_step(person, step).await?),
            None => Ok(false),
        }
    }

    /// Keyed with the master key: fifty bits alone could be guessed by whoever stole the database.
    fn hash_of_recovery_code(&self, person: PersonId, code: &str) -> Vec<u8> {
        self.vault.fingerprint(&[b"recovery code\0", &person.bytes()[..], code.as_bytes()].concat())
    }

    async fn write_down(&self, tx: &mut Tx, deed: &str, person: PersonId, caller: &Caller) -> Result<(), AccessError> {
        let home = home_of(tx, person).await?.ok_or(AccessError::NotFound { what: "person" })?;
        tx.audit(deed, person, home, None, Some(json!({"by": caller.person}))).await?;
        Ok(())
    }
}

fn wrong_code() -> AccessError {
    AccessError::Bad(model::Problem::new("second_factor_wrong", "is wrong, too old or was used before").at("code"))
}
