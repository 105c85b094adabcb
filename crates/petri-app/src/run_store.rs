//! Runs that are over, in the browser's IndexedDB: one entry for each, as JSON.

use idb::{Database, DatabaseEvent as _, Error, Factory, ObjectStoreParams, Query, TransactionMode};
use petri_protocol::json;
use wasm_bindgen::JsValue;

use crate::state::history::RunRecord;

/// Name of the database.
const DATABASE: &str = "petri";
/// Name of the store of runs.
const RUNS: &str = "runs";

/// Opens the database; made when it is not there.
async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database()
            && !database.store_names().iter().any(|n| n == RUNS)
        {
            // A browser that refuses this refuses the store below as well.
            database.create_object_store(RUNS, ObjectStoreParams::new()).map(drop).unwrap_or_default();
        }
    });
    request.await
}

/// All runs of earlier visits. A browser without storage has none.
pub(crate) async fn load() -> Vec<RunRecord> {
    let values = async {
        let database = open().await?;
        let transaction = database.transaction(&[RUNS], TransactionMode::ReadOnly)?;
        transaction.object_store(RUNS)?.get_all(None, None)?.await
    };
    let values: Vec<JsValue> = values.await.unwrap_or_default();
    values.into_iter().filter_map(|v| json::read(&v.as_string()?).ok()).collect()
}

/// Keeps a run, and forgets others. Where there is no room the run lives as long as the page.
pub(crate) async fn save(keep: Option<Box<RunRecord>>, forget: Vec<u64>) {
    let saved: Result<(), Error> = async {
        let database = open().await?;
        let transaction = database.transaction(&[RUNS], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(RUNS)?;
        if let Some(record) = keep {
            store.put(&json::write(&record).into(), Some(&key(record.id)))?;
        }
        for id in forget {
            store.delete(Query::Key(key(id)))?;
        }
        // All at once: a page that is closed right after loses as little as possible.
        transaction.commit()?.await?;
        Ok(())
    }
    .await;
    if saved.is_err() {
        web_sys::console::warn_1(&"this run could not be stored".into());
    }
}

/// Milliseconds are exact as a number of JavaScript.
fn key(id: u64) -> JsValue {
    JsValue::from_f64(id as f64)
}
