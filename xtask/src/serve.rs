//! A small server for the finished page, on this machine only. It answers GET and HEAD for the files in one
//! folder; any static host does the same.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server};

pub const DEFAULT_PORT: u16 = 8080;

/// The path under which the page is found: "/" or, to try a page below the root of a site, "/some/where/".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    pub fn new(path: &str) -> Self {
        let inner = path.trim_matches('/');
        Self(if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") })
    }
}

/// Serves `folder` until the process is ended. `port` 0 takes any free port; the address printed says which.
pub fn serve(folder: &Path, base: &Base, port: u16) -> Result<()> {
    let server = bind(port)?;
    let port = server.server_addr().to_ip().context("the server has no address")?.port();
    println!("Flowglass is at http://127.0.0.1:{port}{} (Ctrl-C ends)", base.0);
    answer_all(&server, folder, base);
    Ok(())
}

fn bind(port: u16) -> Result<Server> {
    Server::http(("127.0.0.1", port)).map_err(|error| match error.downcast::<io::Error>() {
        Ok(error) if error.kind() == io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken; end what listens there, or let any free one be taken: --port 0")
        }
        Ok(error) => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
        Err(error) => anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
    })
}

fn answer_all(server: &Server, folder: &Path, base: &Base) {
    for request in server.incoming_requests() {
        // A browser that hung up is no reason to end.
        if let Err(error) = answer(request, folder, base) {
            eprintln!("xtask: an answer was not sent: {error}");
        }
    }
}

fn answer(request: Request, folder: &Path, base: &Base) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(refusal(405).with_header(header("Allow", "GET, HEAD")));
    }
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    if path == base.0.trim_end_matches('/') {
        return request.respond(refusal(308).with_header(header("Location", &base.0)));
    }
    let Some(file_path) = file_for(path, folder, base) else { return request.respond(refusal(404)) };
    let Ok(file) = File::open(&file_path) else { return request.respond(refusal(404)) };
    let response = Response::from_file(file)
        .with_header(header("Content-Type", content_type(&file_path)))
        // The next build has the same address.
        .with_header(header("Cache-Control", "no-cache"))
        .with_header(header("X-Content-Type-Options", "nosniff"));
    request.respond(response)
}

/// The file below `folder` that `url_path` names. Names are compared with those that the folder has, so
/// nothing that a request holds is ever taken as a way through the file system.
fn file_for(url_path: &str, folder: &Path, base: &Base) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    for name in url_path.strip_prefix(&base.0)?.split('/').filter(|name| !name.is_empty()) {
        let entry = fs::read_dir(&path).ok()?.flatten().find(|entry| entry.file_name() == *name)?;
        path = entry.path();
    }
    if path.is_dir() {
        path.push("index.html");
    }
    path.is_file().then_some(path)
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

fn refusal(status: u16) -> Response<io::Empty> {
    Response::empty(status)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values here are plain ASCII")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::sync::Arc;
    use std::thread;

    use super::*;

    /// A server over a folder with one page, below /a/b/, and a secret beside the folder.
    struct Site {
        server: Arc<Server>,
        scratch: PathBuf,
    }

    impl Site {
        fn new(name: &str) -> Self {
            let scratch = std::env::temp_dir().join(format!("flowglass-serve-{name}-{}", std::process::id()));
            let folder = scratch.join("dist");
            fs::create_dir_all(folder.join("deep")).unwrap();
            fs::write(folder.join("index.html"), "<p>page").unwrap();
            fs::write(folder.join("deep/data.json"), "{}").unwrap();
            fs::write(scratch.join("secret"), "secret").unwrap();
            let server = Arc::new(bind(0).unwrap());
            let serving = Arc::clone(&server);
            thread::spawn(move || answer_all(&serving, &folder, &Base::new("/a/b/")));
            Self { server, scratch }
        }

        fn ask(&self, request_line: &str) -> String {
            let address = self.server.server_addr().to_ip().unwrap();
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "{request_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        }
    }

    impl Drop for Site {
        fn drop(&mut self) {
            self.server.unblock();
            let _ = fs::remove_dir_all(&self.scratch);
        }
    }

    #[test]
    fn a_page_below_the_root_of_the_site() {
        let site = Site::new("page");
        let answer = site.ask("GET /a/b/");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("Content-Type: text/html; charset=utf-8\r\n"), "{answer}");
        assert!(answer.ends_with("<p>page"), "{answer}");
        assert!(site.ask("GET /a/b/index.html?x=1").ends_with("<p>page"));
        assert!(site.ask("GET /a/b/deep/data.json").contains("Content-Type: application/json\r\n"));
    }

    #[test]
    fn the_base_without_its_slash_leads_to_the_page() {
        let answer = Site::new("slash").ask("GET /a/b");
        assert!(answer.starts_with("HTTP/1.1 308") && answer.contains("Location: /a/b/\r\n"), "{answer}");
    }

    #[test]
    fn head_has_no_body_and_other_methods_are_refused() {
        let site = Site::new("methods");
        let answer = site.ask("HEAD /a/b/");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"), "{answer}");
        assert!(site.ask("POST /a/b/").starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let site = Site::new("outside");
        for path in [
            "/",
            "/a/b/../secret",
            "/a/b/%2e%2e/secret",
            "/a/b//secret",
            "/a/b/..\\secret",
            "/a/b/nothing",
            "/a/b/deep",
        ] {
            let answer = site.ask(&format!("GET {path}"));
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        }
    }

    #[test]
    fn a_taken_port_is_said_with_a_way_out() {
        let taken = bind(0).unwrap();
        let port = taken.server_addr().to_ip().unwrap().port();
        let error = bind(port).err().unwrap().to_string();
        assert!(error.contains(&format!("port {port} is taken")) && error.contains("--port"), "{error}");
    }

    #[test]
    fn any_way_of_writing_the_base_means_the_same() {
        for path in ["/a/b/", "a/b", "/a/b"] {
            assert_eq!(Base::new(path), Base("/a/b/".to_owned()));
        }
        assert_eq!(Base::new("/"), Base("/".to_owned()));
        assert_eq!(Base::new(""), Base("/".to_owned()));
    }
}
