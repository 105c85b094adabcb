//! A small file server for tests and benchmarks, on this computer only.

use std::fs::File;
use std::path::Path;
use std::thread;

use anyhow::{Result, anyhow};
use tiny_http::{Header, Response, Server};

/// Threads that answer: a page loads several files at once.
const THREADS: usize = 4;

/// Serves a folder for ever.
pub(crate) fn serve(folder: &Path, port: u16) -> Result<()> {
    let server = Server::http(("127.0.0.1", port)).map_err(|e| anyhow!("port {port} cannot be used: {e}"))?;
    println!("{} is at http://127.0.0.1:{port}/", folder.display());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for request in server.incoming_requests() {
                    answer(folder, request);
                }
            });
        }
    });
    Ok(())
}

fn answer(folder: &Path, request: tiny_http::Request) {
    let path = request.url().split(['?', '#']).next().unwrap_or("/").trim_start_matches('/').to_owned();
    let path = if path.is_empty() { "index.html" } else { &path };
    // Only plain names below the folder.
    let is_plain = path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
    let file = is_plain.then(|| File::open(folder.join(path)).ok()).flatten().filter(|f| f.metadata().is_ok_and(|m| m.is_file()));
    let sent = match file {
        Some(file) => {
            let kind = mime_guess::from_path(path).first_or_octet_stream();
            let mut response = Response::from_file(file);
            if let Ok(header) = Header::from_bytes("Content-Type", kind.as_ref()) {
                response.add_header(header);
            }
            request.respond(response)
        }
        None => request.respond(Response::from_string("not found").with_status_code(404)),
    };
    // A browser that closes a connection early is no concern of a test server.
    drop(sent);
}
