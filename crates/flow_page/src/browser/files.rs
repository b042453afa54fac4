//! Files that the reader dropped, chose or pasted. Only named and measured here, never read.

use std::time::Duration;

use flow_core::session::message::FileMeta;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, DataTransferItem, File, FileList, FileSystemDirectoryEntry, FileSystemEntry,
    FileSystemFileEntry,
};

/// What the browser gives us of a file: enough to hand it to the engine.
pub type FileHandle = File;

/// A file on the reader's machine.
#[derive(Clone, Debug)]
pub struct LocalFile {
    pub meta: FileMeta,
    pub handle: FileHandle,
}

/// A file that was not measured yet.
struct NamedFile {
    name: String,
    handle: File,
}

/// Files that are measured at once: the browser asks the disk for the size of each, which takes a seventh of a millisecond.
/// Few at first, so that reading begins while the others are measured; then so many that a frame is not late for them.
const FIRST_FILES: usize = 16;
const MORE_FILES: usize = 48;

/// Dropped items that are asked one by one whether they are folders, which takes the browser as long. Of more than these
/// only those are asked whose names tell the browser no type, as those of folders do not.
const ITEMS_ASKED_MAX: usize = 50;

/// Whether something dragged over the page holds files.
pub fn holds_files(event: &web_sys::DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// Says that what is dragged would be copied; without this the browser opens a dropped file by itself.
pub fn accept_drag(event: &web_sys::DragEvent) {
    event.prevent_default();
    if let Some(data) = event.data_transfer() {
        data.set_drop_effect("copy");
    }
}

/// Hands all dropped files to `on_files`, those in dropped folders included, as they are known: some now and more later,
/// or none once.
pub fn dropped(event: &web_sys::DragEvent, on_files: impl FnMut(Vec<LocalFile>) + 'static) {
    let Some(data) = event.data_transfer() else { return };
    // What was dropped can be asked for only while the event is handled; folders are walked later.
    let Some(entries) = entries_with_folders(&data) else {
        hand_over(data.files().map(named_files).unwrap_or_default(), FIRST_FILES, on_files);
        return;
    };
    wasm_bindgen_futures::spawn_local(async move {
        // All are asked for before the first is there: one after the other, hundreds of files took a second.
        let mut asked: Vec<(String, JsFuture)> = Vec::new();
        // Entries still to look at, the next one last: folders are walked in their own order.
        let mut waiting: Vec<FileSystemEntry> = entries.into_iter().rev().collect();
        while let Some(entry) = waiting.pop() {
            // By what they say of themselves: not every browser gives these objects a class to ask for.
            if entry.is_directory() {
                let mut inside = entries_in(entry.unchecked_ref()).await;
                inside.sort_by_key(|entry| std::cmp::Reverse(entry.name()));
                waiting.extend(inside);
            } else {
                let name = entry.full_path().trim_start_matches('/').to_owned();
                asked.push((name, file_of(entry.unchecked_ref())));
            }
        }
        let mut found = Vec::new();
        for (name, file) in asked {
            if let Some(handle) = file.await.ok().and_then(|file| file.dyn_into().ok()) {
                found.push(NamedFile { name, handle });
            }
        }
        hand_over(found, FIRST_FILES, on_files);
    });
}

/// Measures the first `n_first` files and hands them over, then the others, some at a time.
fn hand_over(mut files: Vec<NamedFile>, n_first: usize, mut on_files: impl FnMut(Vec<LocalFile>) + 'static) {
    let later = files.split_off(n_first.min(files.len()));
    on_files(files.into_iter().map(NamedFile::measured).collect());
    if !later.is_empty() {
        let go_on = move || hand_over(later, MORE_FILES, on_files);
        leptos::prelude::set_timeout(go_on, Duration::ZERO);
    }
}

impl NamedFile {
    /// One chosen with its folder has the path to it, which web_sys does not know.
    fn of(handle: File) -> NamedFile {
        let path = Reflect::get(&handle, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let name = path.filter(|path| !path.is_empty()).unwrap_or_else(|| handle.name());
        NamedFile { name, handle }
    }

    fn measured(self) -> LocalFile {
        let n_bytes = self.handle.size() as u64;
        LocalFile { meta: FileMeta { name: self.name, n_bytes }, handle: self.handle }
    }
}

/// Hands the files that were chosen in an `<input type="file">` to `on_files`, as [`dropped`] does. It is emptied, so that
/// the same file can be chosen again.
pub fn chosen(event: &web_sys::Event, on_files: impl FnMut(Vec<LocalFile>) + 'static) {
    let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(input) = input else { return };
    let files = input.files().map(named_files).unwrap_or_default();
    input.set_value("");
    hand_over(files, FIRST_FILES, on_files);
}

/// What a paste holds, unless it goes into a text field: files, or text.
pub fn pasted(event: &web_sys::Event) -> Option<Pasted> {
    if super::page::is_typing(event) {
        return None;
    }
    let data = event.dyn_ref::<web_sys::ClipboardEvent>()?.clipboard_data()?;
    let files = data.files().map(named_files).unwrap_or_default();
    if !files.is_empty() {
        return Some(Pasted::Files(files.into_iter().map(NamedFile::measured).collect()));
    }
    let text = data.get_data("text/plain").ok()?;
    (!text.trim().is_empty()).then_some(Pasted::Text(text))
}

pub enum Pasted {
    Files(Vec<LocalFile>),
    Text(String),
}

/// Opens the system's dialog of an `<input type="file">`.
pub fn open_picker(input: &web_sys::HtmlInputElement) {
    input.click();
}

fn named_files(files: FileList) -> Vec<NamedFile> {
    (0..files.length()).filter_map(|at| files.get(at)).map(NamedFile::of).collect()
}

/// What was dropped, if there is a folder among it.
fn entries_with_folders(data: &DataTransfer) -> Option<Vec<FileSystemEntry>> {
    let list = data.items();
    let items = (0..list.length()).filter_map(|at| list.get(at)).filter(|item| item.kind() == "file");
    let items: Vec<DataTransferItem> = items.collect();
    let entry = |item: &DataTransferItem| item.webkit_get_as_entry().ok().flatten();
    let may_be_folder = |item: &DataTransferItem| items.len() <= ITEMS_ASKED_MAX || item.type_().is_empty();
    let asked: Vec<Option<FileSystemEntry>> =
        items.iter().map(|item| may_be_folder(item).then(|| entry(item)).flatten()).collect();
    let has_folder = asked.iter().flatten().any(FileSystemEntry::is_directory);
    let all = || items.iter().zip(asked).filter_map(|(item, asked)| asked.or_else(|| entry(item))).collect();
    has_folder.then(all)
}

/// What is in a folder. It comes in batches; an empty one is the last. A folder that cannot be read is empty.
async fn entries_in(directory: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader = directory.create_reader();
    let mut entries = Vec::new();
    loop {
        let batch =
            promised(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject));
        let batch = batch.await.map(|batch| Array::from(&batch)).unwrap_or_default();
        if batch.length() == 0 {
            return entries;
        }
        entries.extend(batch.iter().map(JsValue::unchecked_into::<FileSystemEntry>));
    }
}

/// The file, which is asked for at once.
fn file_of(entry: &FileSystemFileEntry) -> JsFuture {
    promised(|resolve, reject| {
        entry.file_with_callback_and_callback(resolve, reject);
        Ok(())
    })
}

/// What a function with two callbacks promises.
fn promised(start: impl Fn(&Function, &Function) -> Result<(), JsValue>) -> JsFuture {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = start(&resolve, &reject) {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(promise)
}
