//! Declared indexes: made, used, dropped when they are no longer declared.

use mongodb::bson::{Document, doc};
use p2p_storage::{StoreLimits, Stores};

use super::support::{Mixed, posts, scope, soon};

async fn declared(mixed: &Mixed) -> Vec<Vec<String>> {
    let mut cursor = mixed.raw("posts").await.list_indexes().await.unwrap();
    let mut found = Vec::new();
    while cursor.advance().await.unwrap() {
        let index = cursor.deserialize_current().unwrap();
        let keys: &Document = &index.keys;
        if index.options.and_then(|options| options.name).is_some_and(|name| name.starts_with("p2p_by_")) {
            found.push(keys.keys().cloned().collect());
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn indexes_follow_their_declaration() {
    let mixed = Mixed::new().await;
    let open = async |indexes: &[&[&str]]| {
        mixed.open(&scope(), &posts(indexes), StoreLimits::default()).await.unwrap()
    };
    open(&[&["author.name", "at"], &["likes"]]).await;
    assert_eq!(declared(&mixed).await, [vec!["author.name", "at", "_id"], vec!["likes", "_id"]]);
    let stores = open(&[&["likes"], &["likes", "at"]]).await;
    assert_eq!(declared(&mixed).await, [vec!["likes", "_id"], vec!["likes", "at", "_id"]]);
    stores.documents.insert(soon(), "posts", "a", b"{\"likes\":1}", &[]).await.unwrap();
    open(&[]).await;
    assert!(declared(&mixed).await.is_empty());
    assert_eq!(mixed.raw("posts").await.count_documents(doc! {}).await.unwrap(), 1);
    mixed.end().await;
}
