//! What programs may do outside, as the protocol tells of it. `docs/grants.md` describes the messages; a test holds the page
//! to these types.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Range, TextDocumentIdentifier, Uri};

/// Parameters of `crush/grants`; in `initializationOptions`, `grants` is the same list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantsParams {
    /// All folders of the client, each with what programs in it were granted.
    pub folders: Vec<FolderGrants>,
}

/// What programs in a folder and below were granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderGrants {
    /// The folder.
    pub uri: Uri,
    /// Grants as they are written behind `--allow`; a directory is meant from the folder on.
    pub grants: Vec<String>,
}

/// Parameters of `crush/missingGrants`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingGrantsParams {
    /// The program.
    pub text_document: TextDocumentIdentifier,
}

/// What a program lacks: the result of `crush/missingGrants`, and `needs` of `crush/evaluation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Needs {
    /// The folder that it would be granted to: the client's, or that of the file.
    pub folder: Uri,
    /// The grants.
    pub grants: Vec<NeededGrant>,
}

/// A grant that a program lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NeededGrant {
    /// As it is written, to be sent back when the user agrees.
    pub grant: String,
    /// What it allows, in a few words.
    pub allows: String,
    /// What the program calls with it.
    pub calls: Vec<NeedingCall>,
}

/// Where a program first calls something that it was not granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NeedingCall {
    /// The capability.
    pub capability: String,
    /// What it does.
    pub does: String,
    /// The document.
    pub uri: Uri,
    /// Where in it.
    pub range: Range,
}
