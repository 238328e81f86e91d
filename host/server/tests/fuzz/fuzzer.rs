//! One run of Schemathesis after another against one server, as `schemathesis.toml` says. Knows no route.

use std::fs;
use std::process::Command;

use p2p_test_support::built;
use serde_json::Value;
use tempfile::TempDir;

use crate::things::Things;

const SETTINGS: &str = include_str!("schemathesis.toml");
/// Where the document is.
const PLACE: &str = "/api/v1/openapi.json";

/// See the module. What it leaves behind is gone with it.
pub struct Fuzzer {
    document: String,
    folder: TempDir,
}

/// Who asks, and what.
#[derive(Default)]
pub struct Pass<'a> {
    /// None: nobody asks.
    pub token: Option<&'a str>,
    /// Operations, as `GET /api/v1/users`; none: all.
    pub only: &'a [&'a str],
    /// Operations that are left out.
    pub but: &'a [&'a str],
    /// So many requests are made up for an operation at most; none: as many as is usual.
    pub examples: Option<u32>,
    /// Whether an operation may refuse every request for who asks.
    pub may_be_refused: bool,
}

/// What came of it.
pub struct Found {
    /// Whether nothing was wrong.
    pub is_well: bool,
    /// All that it said.
    pub said: String,
}

impl Fuzzer {
    /// Against this server, in which these things are.
    pub fn new(url: &str, things: &Things) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = format!("{SETTINGS}\n{}", things.dictionaries());
        fs::write(folder.path().join("schemathesis.toml"), settings).unwrap();
        Self { document: format!("{url}{PLACE}"), folder }
    }

    /// The document it reads.
    pub async fn document(&self) -> Value {
        let text = reqwest::get(&self.document).await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Every operation of the document.
    pub async fn operations(&self) -> Vec<String> {
        let document = self.document().await;
        let paths = document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// Asks, and answers when everything is asked.
    pub fn run(&self, pass: &Pass<'_>) -> Found {
        let mut command = Command::new(built::python().with_file_name("st"));
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        command.env("COLUMNS", "160").env("PYTHONUTF8", "1");
        command.args(["--no-color", "run", &self.document]);
        for (argument, operations) in [("--include-name", pass.only), ("--exclude-name", pass.but)] {
            for operation in operations {
                command.args([argument, operation]);
            }
        }
        if let Some(token) = pass.token {
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        if let Some(examples) = pass.examples {
            command.args(["--max-examples", &examples.to_string()]);
        }
        if pass.may_be_refused {
            command.args(["--warnings", "off"]);
        }
        let output = command.output().unwrap();
        let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        Found { is_well: output.status.success(), said: said.concat() }
    }
}

impl Found {
    /// Stops the test unless so many operations were asked and each was as the document says.
    #[track_caller]
    pub fn well(self, operations: usize) {
        let asked = self.said.lines().find_map(|line| line.trim().strip_prefix("Tested: "));
        assert!(self.is_well, "{}", self.said);
        assert_eq!(asked, Some(operations.to_string().as_str()), "{}", self.said);
        // Shown by a runner that is asked to: how much was sent, and how long it took.
        let cases = self.said.lines().find(|line| line.contains(" generated"));
        println!("{} {}", cases.unwrap_or_default().trim(), self.said.lines().last().unwrap_or_default());
    }
}
