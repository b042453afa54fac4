//! The commands that print what is read here, to be copied into a shell. All of them only read.

use std::fmt::Write as _;

use super::kind::Kind;

/// One line for each kind of description, and a loop over prefix lists, whose entries are asked for one by one. Each
/// writes a file of its own, which is to be opened beside the logs. The region is that of the shell.
pub fn commands() -> String {
    let options = "--output json";
    let mut script = String::new();
    for kind in Kind::all() {
        let command = kind.command();
        if kind != Kind::PrefixListEntry {
            let file = command.trim_start_matches("describe-");
            let _ = writeln!(script, "aws ec2 {command} {options} > {file}.json");
        }
    }
    let lists = Kind::PrefixList.command();
    let entries = Kind::PrefixListEntry.command();
    let ids = options.replace("json", "text");
    let _ = write!(
        script,
        "for list in $(aws ec2 {lists} {ids} --query 'PrefixLists[].PrefixListId'); do\n  \
           aws ec2 {entries} --prefix-list-id \"$list\" {options} > \"$list.json\"\n\
         done\n"
    );
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_asked_for_and_nothing_is_changed() {
        let script = commands();
        for kind in Kind::all() {
            assert!(script.contains(&format!("aws ec2 {} ", kind.command())), "{kind:?}");
        }
        for command in script.split("aws ec2 ").skip(1) {
            assert!(command.starts_with("describe-") || command.starts_with("get-"), "{command}");
        }
        assert!(script.contains("--output json > security-groups.json\n"));
        assert!(script.contains("--output text --query"));
    }
}
