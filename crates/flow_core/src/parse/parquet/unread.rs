//! What to say of a Parquet file that we do not read: what it seems to be, and what to do.

use crate::parse::Refusal;
use crate::parse::container::Container;

/// Works whatever is wrong with a file that another program can read.
const AS_TEXT: &str = "Write it as text, for example with DuckDB, and open that: \
     `COPY (FROM 'FILE') TO 'flow.log' (FORMAT csv, HEADER, DELIMITER ' ', NULLSTR '-')`.";

const MIB: u64 = 1024 * 1024;

fn refusal(seems_to_be: String, next_step: &str) -> Refusal {
    Refusal { seems_to_be, next_step: next_step.to_owned() }
}

fn of_container(container: Container) -> Refusal {
    container.refusal().expect("this container is never read")
}

/// The end of the file is not a footer, or what is in it cannot be.
pub fn damaged() -> Refusal {
    refusal(
        "a Parquet file whose footer is missing or damaged, which says where everything is".to_owned(),
        "Download the file again; `aws s3 cp` checks what it copies.",
    )
}

pub fn ocsf() -> Refusal {
    of_container(Container::Ocsf)
}

pub fn other_table(names: &[String]) -> Refusal {
    let some = Refusal::some_of(names.iter().map(String::as_str));
    refusal(
        format!("a Parquet table without flow log fields (its columns: {some})"),
        "Open the flow logs themselves: the `.log.parquet` files below `AWSLogs/` in the flow log's bucket.",
    )
}

pub fn too_many_columns(n_columns: usize) -> Refusal {
    refusal(
        format!("a Parquet table of {n_columns} columns, more than a flow log can have"),
        "Write the columns that are flow log fields to a file of their own and open that.",
    )
}

pub fn too_many_rows() -> Refusal {
    refusal(
        "a Parquet file that claims more records than it can hold".to_owned(),
        "Download the file again; `aws s3 cp` checks what it copies.",
    )
}

pub fn nested(name: &str) -> Refusal {
    refusal(
        format!("a Parquet table with lists or values within values, in the column {name}"),
        "Write the columns that are flow log fields, one value in each row, to a file of their own and open that.",
    )
}

pub fn column_of(name: &str, kind: &str) -> Refusal {
    refusal(format!("a Parquet table whose column {name} holds {kind}"), AS_TEXT)
}

pub fn row_group_too_large(n_bytes: u64) -> Refusal {
    refusal(
        format!("a Parquet file with a row group of {} MiB, too large to be held at once", n_bytes / MIB),
        AS_TEXT,
    )
}

pub fn values_elsewhere(name: &str) -> Refusal {
    refusal(
        format!("a Parquet file whose values are encrypted or in another file (column {name})"),
        "Write it as one file without encryption and open that.",
    )
}

pub fn codec(name: &str) -> Refusal {
    refusal(format!("a Parquet file compressed with {name}"), AS_TEXT)
}
