//! The sets that a corpus is made of: `annotated/train`, `real/dev` and so on.

use std::path::Path;

use super::{load::CorpusFile, record::Record, split::Part};

/// Records that belong together.
#[derive(Debug)]
pub struct CorpusSet {
    /// The path of the folder or file that is called train, dev or test; otherwise the file's.
    pub name: String,
    /// Which of the three it is, if any.
    pub part: Option<Part>,
    /// Whether its texts were published elsewhere, which is so where only their labels are kept.
    pub published: bool,
    /// In the order of the files.
    pub records: Vec<Record>,
}

/// Sorts the records of files into sets, in the order in which the sets first come.
pub fn sets(files: Vec<CorpusFile>) -> Vec<CorpusSet> {
    let mut sets: Vec<CorpusSet> = Vec::new();
    for file in files {
        let (name, part) = set_of(&file.path);
        match sets.iter_mut().find(|set| set.name == name) {
            Some(set) => set.records.extend(file.records),
            None => {
                let published = file.path.extension().is_some_and(|extension| extension == "jsonl");
                sets.push(CorpusSet { name, part, published, records: file.records });
            }
        }
    }
    sets
}

fn set_of(path: &Path) -> (String, Option<Part>) {
    let stem = path.with_extension("");
    let called = |path: &Path| Part::ALL.into_iter().find(|part| path.file_name().is_some_and(|n| n == part.as_str()));
    [Some(stem.as_path()), path.parent()]
        .into_iter()
        .flatten()
        .find_map(|path| called(path).map(|part| (path.display().to_string(), Some(part))))
        .unwrap_or_else(|| (path.display().to_string(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_set_its_path_names() {
        let set = |path: &str| set_of(Path::new(path));
        assert_eq!(set("corpus/real/dev.jsonl"), ("corpus/real/dev".into(), Some(Part::Dev)));
        assert_eq!(set("corpus/annotated/train/cloud.txt"), ("corpus/annotated/train".into(), Some(Part::Train)));
        assert_eq!(set("mine/notes.txt"), ("mine/notes.txt".into(), None));
    }
}
