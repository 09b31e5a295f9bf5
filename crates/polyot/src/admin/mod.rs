//! `polyot admin`: what whoever runs the machine does, with a shell and without the API.

mod archive;
mod backup;
mod check;
mod config_file;
mod doctor;
mod restore;
mod sheet;
mod snapshot;

use crate::config::{Config, Flags};
use crate::{fingerprint, folder};
use clap::{Args, Subcommand};
use model::Clock;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Store;

#[derive(Subcommand)]
pub enum Admin {
    /// Write everything into one archive, also while the server runs: database, samples, configuration without secrets
    Backup {
        /// The archive to be made; must not exist
        file: PathBuf,
        /// Put the master key into the archive as well. Whoever has such an archive can open every device
        #[arg(long)]
        with_master_key: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Unpack an archive into a new folder. It starts cold: nothing is watched and nobody is told until `polyot admin warm`
    Restore {
        file: PathBuf,
        /// The new data folder; must be empty or not there
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Look whether everything is in order, and say what to do. Exit code 1 when something is bad
    Doctor {
        #[command(flatten)]
        place: Place,
    },
    /// Take a cold installation (restored, cloned, moved) into service
    Warm {
        #[command(flatten)]
        place: Place,
    },
    /// Print the master key as a sheet to be locked away
    RecoverySheet {
        #[command(flatten)]
        place: Place,
    },
    /// Make the master key file again, from a recovery sheet typed in at the terminal
    MasterKey {
        /// Read the groups of the sheet from the terminal
        #[arg(long, required = true)]
        from_sheet: bool,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the installation is: as for `serve`.
#[derive(Args)]
pub struct Place {
    /// Folder of the database, the samples and the master key
    #[arg(long, value_name = "DIR", env = "POLYOT_DATA")]
    data: Option<PathBuf>,
    /// postgres://… instead of an SQLite file in the data folder
    #[arg(long, value_name = "URL", env = "POLYOT_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Configuration file (TOML) [default: ./polyot.toml if it is there]
    #[arg(long, value_name = "FILE", env = "POLYOT_CONFIG")]
    config: Option<PathBuf>,
}

impl Place {
    /// What `serve` would use, and the configuration file if there is one.
    fn load(self) -> Result<(Config, Option<PathBuf>), String> {
        let here = PathBuf::from("polyot.toml");
        let file = self.config.clone().or_else(|| here.exists().then_some(here));
        let config = Config::load(Flags { config: self.config, data: self.data, listen: None, database_url: self.database_url })?;
        if !config.data_dir.is_dir() {
            return Err(format!("there is no data folder {}; name it with --data", config.data_dir.display()));
        }
        Ok((config, file))
    }
}

pub async fn run(command: Admin) -> Result<ExitCode, String> {
    match command {
        Admin::Backup { file, with_master_key, place } => {
            let (config, config_file) = place.load()?;
            backup::run(&config, config_file.as_deref(), &file, with_master_key).await?;
        }
        Admin::Restore { file, data } => {
            tokio::task::spawn_blocking({
                let data = data.clone();
                move || restore::unpack(&file, &data)
            })
            .await
            .map_err(|error| error.to_string())??;
            restore::finish(&data).await?;
        }
        Admin::Doctor { place } => {
            let (config, _) = place.load()?;
            return doctor::run(&config).await;
        }
        Admin::Warm { place } => warm(&place.load()?.0).await?,
        Admin::RecoverySheet { place } => sheet::print(&place.load()?.0)?,
        Admin::MasterKey { from_sheet: _, place } => sheet::type_in(&place.load()?.0).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn warm(config: &Config) -> Result<(), String> {
    let found = store::schema_found(&config.location).await.map_err(|error| crate::serve::chain(&error))?;
    if found != store::schema_known() {
        return Err(format!(
            "the database has schema {found}, this program knows {}; say this with the program that serves",
            store::schema_known()
        ));
    }
    let store = Store::open(&config.location, Clock::System).await.map_err(|error| crate::serve::chain(&error))?;
    let cold = fingerprint::reason(&config.data_dir, &store).await?;
    let Some(reason) = cold else {
        println!("This installation is where it belongs; there is nothing to do.");
        return Ok(());
    };
    fingerprint::settle(&config.data_dir, &store).await?;
    store.close().await;
    let now =
        if folder::is_held(&config.data_dir) { "The server starts to watch within a second." } else { "The next start watches and tells." };
    println!("{} was cold ({reason}) and is in service from now on. {now}", config.data_dir.display());
    Ok(())
}
