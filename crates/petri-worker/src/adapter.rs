//! Describes the graphics adapter before burn touches it.
//!
//! Plain reflection instead of web-sys' unstable bindings: five fields are read, and none may exist.

use js_sys::{Function, Promise, Reflect};
use petri_protocol::engine_choice::Adapter;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::codec::scope;

fn get(of: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(of, &key.into()).ok().filter(|v| !v.is_undefined() && !v.is_null())
}

/// The adapter that WebGPU would use; `None` when there is none.
pub(crate) async fn describe() -> Option<Adapter> {
    let gpu = get(&scope().navigator(), "gpu")?;
    let request: Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok().filter(|v| !v.is_null() && !v.is_undefined())?;
    let info = get(&adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let text = |key: &str| get(&info, key).and_then(|v| v.as_string()).filter(|t| !t.is_empty());
    let parts: Vec<String> = ["vendor", "architecture", "description"].into_iter().filter_map(text).collect();
    let name = if parts.is_empty() { "unnamed adapter".to_owned() } else { parts.join(" ").chars().take(120).collect() };
    let flag = |of: &JsValue| get(of, "isFallbackAdapter").and_then(|v| v.as_bool()).unwrap_or(false);
    let known_software = ["swiftshader", "llvmpipe", "lavapipe", "basic render", "warp"];
    let lower = name.to_lowercase();
    let is_software = flag(&adapter) || flag(&info) || known_software.iter().any(|s| lower.contains(s));
    let features = get(&adapter, "features");
    let has_timestamps = features
        .as_ref()
        .and_then(|features| get(features, "has")?.dyn_into::<Function>().ok()?.call1(features, &"timestamp-query".into()).ok())
        .and_then(|v| v.as_bool())
        .unwrap_or(false);
    Some(Adapter { name, is_software, has_timestamps })
}
