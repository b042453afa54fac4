//! Sorting against the sort of the standard library, and pages over shards against one store.

use std::cmp::Ordering;

use flow_core::query::{
    Filter, RowSet, SortSpec, SortedRows, Subject, first_rows, merge_page, parse_filter, sort_rows,
};
use flow_core::record::Value;
use flow_core::store::Store;
use flow_testkit::filters::{any_filter, any_subject};
use flow_testkit::oracle;
use flow_testkit::rows::{PlainRow, any_rows, many_rows, store_of};
use proptest::prelude::*;

/// Indices of the rows that match, in order: absent values last, ties by file and line.
fn expected(rows: &[PlainRow], filter: &Filter, sort: Option<&SortSpec>) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..rows.len()).filter(|&at| oracle::matches(filter, &rows[at])).collect();
    indices.sort_by_key(|&at| (rows[at].source, rows[at].line));
    if let Some(sort) = sort {
        indices.sort_by(|&a, &b| {
            let (a, b) = (oracle::value(&sort.subject, &rows[a]), oracle::value(&sort.subject, &rows[b]));
            match (a == Value::Absent, b == Value::Absent) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if sort.descending => b.cmp(&a),
                (false, false) => a.cmp(&b),
            }
        });
    }
    indices
}

fn sorted(store: &Store, filter: &Filter, sort: Option<&SortSpec>) -> SortedRows {
    sort_rows(store, store.rows(), &RowSet::select(filter, store, store.rows()), sort)
}

fn any_sort() -> impl Strategy<Value = Option<SortSpec>> {
    proptest::option::weighted(
        0.8,
        (any_subject(), any::<bool>()).prop_map(|(subject, descending)| SortSpec { subject, descending }),
    )
}

/// Files read in another order than theirs: each file's rows stay together, as a shard reads them.
fn read_in_order(rows: &[PlainRow], sources: [u32; 3]) -> Vec<PlainRow> {
    let of_source = |source| rows.iter().filter(move |row| row.source.0 == source).cloned();
    sources.into_iter().flat_map(of_source).collect()
}

fn any_order() -> impl Strategy<Value = [u32; 3]> {
    Just([0, 1, 2]).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn sorting_agrees_with_a_plain_sort(
        rows in any_rows(40), order in any_order(), filter in any_filter(), sort in any_sort(),
    ) {
        let rows = read_in_order(&rows, order);
        let store = store_of(&rows, true);
        let sorted = sorted(&store, &filter, sort.as_ref());
        let expected = expected(&rows, &filter, sort.as_ref());
        prop_assert_eq!(sorted.len() as usize, expected.len());
        let rows: Vec<usize> = sorted.slice(0, u32::MAX).into_iter().map(|row| row as usize).collect();
        prop_assert_eq!(rows, expected);
    }

    #[test]
    fn the_first_rows_are_the_first_of_all_in_order(
        rows in any_rows(60), order in any_order(), filter in any_filter(),
        sort in any_sort().prop_filter_map("sorted", |sort| sort), n_max in 0usize..20,
    ) {
        let store = store_of(&read_in_order(&rows, order), true);
        let chosen = RowSet::select(&filter, &store, store.rows());
        let first = first_rows(&store, store.rows(), &chosen, &sort, n_max);
        prop_assert_eq!(first, sorted(&store, &filter, Some(&sort)).slice(0, n_max as u32));
    }

    #[test]
    fn a_page_over_shards_is_that_of_one_store(
        rows in any_rows(60),
        n_shards in proptest::sample::select(&[1usize, 2, 5][..]),
        shard_by_row in proptest::collection::vec(0usize..5, 60),
        order in any_order(),
        sort in any_sort(),
        offset in 0u64..70,
        len in 0u32..20,
    ) {
        let mut of_shards: Vec<Vec<PlainRow>> = vec![Vec::new(); n_shards];
        for (row, shard) in rows.iter().zip(&shard_by_row) {
            of_shards[shard % n_shards].push(row.clone());
        }
        // Every other shard reads its files in another order.
        for rows in of_shards.iter_mut().step_by(2) {
            *rows = read_in_order(rows, order);
        }
        let stores: Vec<Store> = of_shards.iter().map(|rows| store_of(rows, true)).collect();
        let sorted: Vec<SortedRows> =
            stores.iter().map(|store| sorted(store, &Filter::everything(), sort.as_ref())).collect();
        let shards: Vec<_> =
            stores.iter().zip(&sorted).map(|(store, sorted)| (store, store.rows(), sorted)).collect();
        let page: Vec<_> = merge_page(&shards, sort.as_ref(), offset, len)
            .into_iter()
            .map(|(shard, row)| &of_shards[shard][row as usize])
            .map(|row| (row.source, row.line))
            .collect();
        let expected: Vec<_> = expected(&rows, &Filter::everything(), sort.as_ref())
            .into_iter()
            .skip(offset as usize)
            .take(len as usize)
            .map(|at| (rows[at].source, rows[at].line))
            .collect();
        prop_assert_eq!(page, expected);
    }
}

#[test]
fn segments_change_nothing_about_order() {
    let rows = many_rows(140_000);
    let store = store_of(&rows, true);
    let filter = parse_filter("dstport in (22, 443, -) or bytes < 1G").unwrap();
    for name in ["", "start", "bytes", "dstaddr", "srcaddr", "dstport", "interface-id", "class", "remoteaddr"]
    {
        for descending in [false, true] {
            let subject = Subject::from_name(name);
            let sort = (!name.is_empty()).then_some(SortSpec { subject, descending });
            let sorted = sorted(&store, &filter, sort.as_ref());
            let expected = expected(&rows, &filter, sort.as_ref());
            let listed = sorted.slice(0, u32::MAX);
            assert!(listed.iter().map(|&row| row as usize).eq(expected.iter().copied()), "{name}");
            assert_eq!(sorted.slice(50_000, 3), listed[50_000..50_003], "{name}");
            assert_eq!(sorted.slice(sorted.len() - 1, 3), listed[listed.len() - 1..], "{name}");
            let chosen = RowSet::select(&filter, &store, store.rows());
            // The last has every row among the first, absent ones too.
            for n_max in [1, 50, 70_000, 140_000].into_iter().filter(|_| sort.is_some()) {
                let first = first_rows(&store, store.rows(), &chosen, sort.as_ref().unwrap(), n_max);
                assert_eq!(first, listed[..n_max.min(listed.len())], "{name}");
            }
            assert_eq!(sorted.slice(sorted.len(), 3), [0; 0], "{name}");
        }
    }
}

#[test]
fn the_same_row_in_two_shards_is_listed_twice() {
    // Lines are distinct over shards; should they not be, a page must still end and lose nothing.
    let rows = many_rows(10);
    let (first, second) = (store_of(&rows, true), store_of(&rows, true));
    let all = |store| sorted(store, &Filter::everything(), None);
    let (first_rows, second_rows) = (all(&first), all(&second));
    let shards = [(&first, first.rows(), &first_rows), (&second, second.rows(), &second_rows)];
    let whole = merge_page(&shards, None, 0, 100);
    assert_eq!(whole.len(), 20);
    assert_eq!(whole[..4], [(0, 0), (1, 0), (0, 1), (1, 1)]);
    for offset in 0..=20 {
        assert_eq!(
            merge_page(&shards, None, offset, 3),
            whole[offset as usize..whole.len().min(offset as usize + 3)]
        );
    }
}

#[test]
fn no_rows_make_no_page() {
    let store = store_of(&[], true);
    let rows = sorted(&store, &Filter::everything(), None);
    assert!(rows.is_empty());
    assert_eq!(merge_page(&[(&store, store.rows(), &rows)], None, 0, 10), []);
    assert_eq!(merge_page(&[], None, 5, 10), []);
}
