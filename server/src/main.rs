//! The `tresen` program: command line, settings, HTTP, workers. It holds no rule of the
//! service desk; those are methods of [`tresen_desk::Desk`].

mod api;
mod assets;
mod backup;
mod check;
mod commands;
mod config;
mod door;
mod failure;
mod http;
mod logs;
mod made_up;
mod mail_templates;
mod mailbox;
mod open;
mod permissions;
mod proof;
mod rules;
mod serve;
mod sign_in;
mod terminal;
mod theme;
mod tokens;
mod validity;
mod webhooks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use tresen_desk::backup::Remembered;

use crate::config::Config;
pub(crate) use crate::failure::Failure;

/// What a page is made of is allocated on one thread and freed on another, in many small pieces: see
/// docs/decisions/0026-an-allocator-for-threads.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A self-hosted service desk.
#[derive(Parser)]
#[command(name = "tresen", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the desk until stopped.
    Serve {
        /// Show outgoing emails at /dev/mail. For trying out only.
        #[arg(long)]
        dev: bool,
        /// Use the front end in this folder in place of the one in the program. For developers only.
        #[arg(long, hide = true)]
        site: Option<PathBuf>,
    },
    /// Make a new desk where the settings say. Where there is one already, nothing changes.
    Init,
    /// Agents and admins.
    #[command(subcommand)]
    Person(Person),
    /// Delete a customer and everything they wrote, for good, and print the receipt. At a terminal it asks
    /// to type the address first.
    Erase {
        /// Their email address.
        #[arg(long, required_unless_present = "keyless", allow_hyphen_values = true)]
        email: Option<String>,
        /// Also delete an agent or an admin.
        #[arg(long, conflicts_with = "keyless")]
        staff: bool,
        /// Instead: delete all persons whose key is lost. What they wrote is unreadable.
        #[arg(long, conflicts_with = "email")]
        keyless: bool,
    },
    /// Write a copy of everything that is stored about a person to standard output: a ZIP file.
    Export {
        /// Their email address.
        #[arg(long, allow_hyphen_values = true)]
        email: String,
    },
    /// Import what another Tresen has exported.
    #[command(subcommand)]
    Import(Import),
    /// Delete what has reached its retention limit. A serving desk does this every hour.
    Retention {
        /// Only show what would be deleted now.
        #[arg(long)]
        dry_run: bool,
    },
    /// Back up the data, or with --keys the key store. Works while the desk is serving.
    Backup {
        /// A new or an empty folder.
        folder: PathBuf,
        /// Back up the key store only. Delete this backup soon: while it exists, data that was
        /// deleted since can be read.
        #[arg(long)]
        keys: bool,
    },
    /// Restore a backup of the data, while the desk is stopped. Erased persons stay erased.
    Restore {
        /// The folder with the backup.
        folder: PathBuf,
        /// The list of erasures that was kept elsewhere. Needed where the data folder was lost.
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
        /// Restore although nothing says who was erased since the backup was made.
        #[arg(long)]
        accept_unknown_erasures: bool,
    },
    /// Search every file and table for texts (an address, a name; one per line, from standard
    /// input), in every encoding. Exit code 1: found; 2: there is no desk.
    VerifyErasure {
        /// Also search the outgoing emails that wait in the data folder.
        #[arg(long)]
        all: bool,
    },
    /// Fill a desk with what a company has after three years, for benchmarks. Nobody is mailed.
    BenchData {
        /// Number of requests.
        #[arg(long)]
        requests: u64,
        /// A thousand of them, with five messages each after the first, belong to the person with this address. May
        /// be given several times.
        #[arg(long, allow_hyphen_values = true)]
        many_for: Vec<String>,
        /// Instead: submit short ones one by one, as customers do by the form, with all emails.
        #[arg(long, conflicts_with = "many_for")]
        by_form: bool,
    },
    /// Incoming email.
    #[command(subcommand)]
    Mail(Mail),
    /// API tokens.
    #[command(subcommand)]
    Token(tokens::Token),
    /// Webhooks: tell other programs what happens.
    #[command(subcommand)]
    Webhook(webhooks::Webhook),
    /// Print the description of the API (OpenAPI 3.1).
    Openapi,
    /// The settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Subcommand)]
enum Import {
    /// Import a person with their requests. Sends no email; imports the same file only once.
    Person {
        /// The ZIP file, as it was downloaded or written by `tresen export`.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Mail {
    /// Read one message (RFC 5322) from standard input. Exit code 0: stored; 65: refused
    /// permanently; 75: try again later.
    Ingest(mailbox::command::Ingest),
    /// Test the connection to each mailbox in the settings. Changes nothing.
    Check,
    /// Write the templates of all emails into a folder, to be changed there. The setting `mail_templates` names
    /// the folder.
    Templates {
        /// The folder. It is created where there is none.
        folder: PathBuf,
        /// Overwrite files that are there.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Subcommand)]
enum Person {
    /// Add an agent or an admin, or give an existing person that role.
    Add {
        /// Their email address.
        #[arg(long, allow_hyphen_values = true)]
        email: String,
        /// The name that customers see.
        #[arg(long)]
        name: String,
        /// Their role.
        #[arg(long)]
        role: RoleArgument,
        /// Read the password from standard input without asking. Without a terminal this is so anyway; at
        /// one, the password is asked for twice otherwise. It is never shown.
        #[arg(long)]
        password_stdin: bool,
        /// The language of pages and emails for them. Without it, it is the one of their browser at the first
        /// sign-in.
        #[arg(long)]
        language: Option<LanguageArgument>,
        /// Agents: the ids of the request types they see, comma-separated. Without it they see all
        /// types, or keep those they had before.
        #[arg(long, value_delimiter = ',')]
        kinds: Vec<String>,
    },
    /// Set which request types an agent sees. Takes effect at once.
    Kinds {
        /// Their email address.
        #[arg(long, allow_hyphen_values = true)]
        email: String,
        /// The ids of the request types, comma-separated.
        #[arg(long, value_delimiter = ',', required_unless_present = "all", conflicts_with = "all")]
        kinds: Vec<String>,
        /// All request types.
        #[arg(long)]
        all: bool,
    },
    /// Remove all second factors and recovery codes of a person who has lost them. The password
    /// stays, all sessions end, and the person is told by email.
    ResetFactors {
        /// Their email address.
        #[arg(long, allow_hyphen_values = true)]
        email: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArgument {
    Agent,
    Admin,
}

#[derive(Clone, Copy, ValueEnum)]
enum LanguageArgument {
    En,
    De,
}

impl LanguageArgument {
    const fn language(self) -> tresen_model::Language {
        match self {
            Self::En => tresen_model::Language::English,
            Self::De => tresen_model::Language::German,
        }
    }
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Check the settings and report errors. Creates nothing.
    Check {
        /// Also connect to the PostgreSQL, SMTP and IMAP servers that they name, for at most five
        /// seconds each.
        #[arg(long)]
        connect: bool,
    },
    /// Show the current settings, without secrets.
    Show,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Whoever hands a mail over keeps it while the command is written wrongly.
        Err(error) if error.use_stderr() && std::env::args().nth(1).as_deref() == Some("mail") => {
            eprintln!("{error}");
            return mailbox::command::TRY_AGAIN.into();
        }
        Err(error) => error.exit(),
    };
    // Before there is a thread: the umask is the whole process's.
    permissions::restrict_new();
    logs::begin();
    // Both TLS for customers and TLS for mail use it.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a provider of cryptography for TLS was installed already");
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no threads could be started: {error}").into()),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    eprintln!("tresen: {failure}");
    failure.code()
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    // It works before there are settings, and while those that there are name a folder with mistakes.
    if let Command::Mail(Mail::Templates { folder, force }) = &command {
        mail_templates::write(folder, *force)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Openapi = &command {
        print!("{}", api::description());
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Mail(Mail::Ingest(ingest)) = &command {
        return Ok(mailbox::command::ingest(ingest).await);
    }
    let config = Config::load()?;
    if !matches!(command, Command::Config(_)) {
        open::warn_of_unused(&config);
    }
    match command {
        Command::Init => open::init(&config).await?,
        Command::Serve { dev, site } => serve::serve(config, site.as_deref(), dev).await?,
        Command::Person(Person::Kinds { email, kinds, all: _ }) => {
            commands::set_kinds(&config, &email, &kinds).await?;
        }
        Command::Person(Person::Add { email, name, role, password_stdin, language, kinds }) => {
            let role = match role {
                RoleArgument::Agent => tresen_model::Role::Agent,
                RoleArgument::Admin => tresen_model::Role::Admin,
            };
            let password = terminal::new_password(password_stdin)?;
            let language = language.map(LanguageArgument::language);
            let new = commands::NewPerson { email: &email, name: &name, role, language, kinds: &kinds };
            commands::add_person(&config, &new, &password).await?;
        }
        Command::Person(Person::ResetFactors { email }) => {
            return commands::reset_factors(&config, &email).await;
        }
        Command::Erase { email: Some(email), staff, .. } => {
            return commands::erase(&config, &email, staff).await;
        }
        Command::Export { email } => return commands::export(&config, &email).await,
        Command::Import(Import::Person { file }) => commands::import_person(&config, &file).await?,
        Command::Retention { dry_run } => commands::retention(&config, dry_run).await?,
        Command::Erase { email: None, .. } => backup::erase_keyless(&config).await?,
        Command::Backup { folder, keys } => backup::backup(&config, &folder, keys).await?,
        Command::Restore { folder, erasures, accept_unknown_erasures } => {
            let remembered =
                Remembered { list: erasures.as_deref(), accept_unknown: accept_unknown_erasures };
            backup::restore(&config, &folder, &remembered).await?;
        }
        Command::VerifyErasure { all } => return proof::verify_erasure(&config, all).await,
        Command::BenchData { requests, by_form: true, .. } => made_up::submit(&config, requests).await?,
        Command::BenchData { requests, many_for, .. } => {
            made_up::company(&config, requests, &many_for).await?
        }
        Command::Webhook(asked) => webhooks::webhook(&config, &asked).await?,
        Command::Token(asked) => tokens::token(&config, &asked).await?,
        Command::Mail(Mail::Check) => {
            let fine = mailbox::imap::check::check(&config).await;
            return Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        // Done above.
        Command::Openapi | Command::Mail(Mail::Ingest(_) | Mail::Templates { .. }) => {}
        Command::Config(ConfigCommand::Check { connect }) => {
            check::settings(&config).await?;
            let warnings = check::dates(&config)?;
            println!("The settings are fine.\nNote: {}.", config.source.describe());
            let warnings = open::unused(&config).into_iter().chain(warnings);
            warnings.for_each(|sentence| println!("Warning: {sentence}."));
            println!("{}", open::about_master_key(&config.master_key_file));
            if connect && !check::connections(&config).await? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Config(ConfigCommand::Show) => print!("{}", config.show()),
    }
    Ok(ExitCode::SUCCESS)
}
