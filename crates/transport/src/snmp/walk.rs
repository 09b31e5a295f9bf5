//! Walking the columns of a table with GETBULK: which objects to ask next, what an answer means, when to stop. Pure.

use super::{BINDINGS_PER_ANSWER, COLUMNS_PER_REQUEST, Oid, Value};
use crate::Error;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of one column.
    pub rows_max: usize,
    /// For all columns together.
    pub time_max: Duration,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Place of the column in the request.
    pub column: usize,
    pub index: Box<[u32]>,
    pub value: Value,
}

/// What was read, also when it ended early.
#[derive(Debug)]
pub struct Walk {
    pub cells: Vec<Cell>,
    /// `None`: every column was read to its end.
    pub stopped: Option<Stop>,
}

/// Why a walk ended early.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    #[error("the agent answers {got} after {asked}: not increasing, the walk would never end")]
    NotIncreasing { asked: Oid, got: Oid },
    #[error("more than {rows_max} rows")]
    Rows { rows_max: usize },
    #[error("not done within {} s", time_max.as_secs_f32())]
    Time { time_max: Duration },
    #[error("the agent answers with nothing in it")]
    Empty,
    #[error(transparent)]
    Failed(#[from] Error),
}

#[derive(Debug, Clone)]
struct Column {
    place: usize,
    prefix: Oid,
    /// The last object seen, or the column itself.
    at: Oid,
    rows: usize,
}

/// Columns still to be read; the first group is under way.
#[derive(Debug)]
pub(super) struct Walker {
    groups: Vec<Vec<Column>>,
    bindings_wanted: usize,
    rows_max: usize,
    pub(super) cells: Vec<Cell>,
}

impl Walker {
    pub(super) fn new(columns: &[Oid], rows_max: usize) -> Self {
        let columns: Vec<Column> =
            columns.iter().enumerate().map(|(place, oid)| Column { place, prefix: oid.clone(), at: oid.clone(), rows: 0 }).collect();
        // Taken from the end.
        let groups = columns.chunks(COLUMNS_PER_REQUEST).rev().map(<[Column]>::to_vec).collect();
        Self { groups, bindings_wanted: BINDINGS_PER_ANSWER, rows_max, cells: vec![] }
    }

    /// The objects to ask for and max-repetitions; `None` when all is read.
    pub(super) fn next(&mut self) -> Option<(Vec<Oid>, u32)> {
        while self.groups.last().is_some_and(Vec::is_empty) {
            self.groups.pop();
        }
        let group = self.groups.last()?;
        let repetitions = (self.bindings_wanted / group.len()).max(1);
        Some((group.iter().map(|column| column.at.clone()).collect(), u32::try_from(repetitions).unwrap_or(1)))
    }

    /// Takes the answer to what [`Self::next`] asked: rows of one binding per column, perhaps cut short.
    pub(super) fn feed(&mut self, bindings: Vec<(Oid, Value)>) -> Result<(), Stop> {
        let Some(group) = self.groups.last_mut() else { return Ok(()) };
        if bindings.is_empty() {
            return Err(Stop::Empty);
        }
        let width = group.len();
        let mut ended = vec![false; width];
        for (place, (oid, value)) in bindings.into_iter().enumerate() {
            let column = &mut group[place % width];
            if ended[place % width] {
                continue;
            }
            let is_end = value.is_absent() || oid.index_under(&column.prefix).is_none();
            // What comes after the column may be anything but what was already seen.
            if oid <= column.at && !value.is_absent() {
                return Err(Stop::NotIncreasing { asked: column.at.clone(), got: oid });
            }
            if is_end {
                ended[place % width] = true;
                continue;
            }
            if column.rows >= self.rows_max {
                return Err(Stop::Rows { rows_max: self.rows_max });
            }
            column.rows += 1;
            let index = oid.index_under(&column.prefix).unwrap_or_default().into();
            self.cells.push(Cell { column: column.place, index, value });
            column.at = oid;
        }
        let mut ended = ended.into_iter();
        group.retain(|_| !ended.next().unwrap_or(false));
        Ok(())
    }

    /// Asks for less at a time; false when it is already the least.
    pub(super) fn ask_for_less(&mut self) -> bool {
        let Some(group) = self.groups.last_mut() else { return false };
        if self.bindings_wanted > group.len() {
            self.bindings_wanted = (self.bindings_wanted / 2).max(group.len());
            return true;
        }
        if group.len() > 1 {
            let rest = group.split_off(group.len() / 2);
            let first = std::mem::replace(group, rest);
            self.bindings_wanted = first.len();
            self.groups.push(first);
            return true;
        }
        false
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const ROWS_MAX: usize = 1_000;

    fn oid(arcs: &[u32]) -> Oid {
        Oid::new(arcs)
    }

    /// An honest agent with columns 1.1 and 1.2 and something after them; it cuts answers at `bindings_max`.
    fn answer(mib: &BTreeMap<Oid, Value>, asked: &[Oid], repetitions: u32, bindings_max: usize) -> Vec<(Oid, Value)> {
        let mut at = asked.to_vec();
        let mut bindings = vec![];
        for _ in 0..repetitions {
            for cursor in &mut at {
                let next = mib.range((std::ops::Bound::Excluded(cursor.clone()), std::ops::Bound::Unbounded)).next();
                match next {
                    Some((oid, value)) => {
                        *cursor = oid.clone();
                        bindings.push((oid.clone(), value.clone()));
                    }
                    None => bindings.push((cursor.clone(), Value::EndOfMibView)),
                }
            }
        }
        bindings.truncate(bindings_max);
        bindings
    }

    fn walk(columns: &[Oid], mib: &BTreeMap<Oid, Value>, bindings_max: usize) -> Vec<(usize, u32, i64)> {
        let mut walker = Walker::new(columns, ROWS_MAX);
        let mut turns = 0;
        while let Some((asked, repetitions)) = walker.next() {
            turns += 1;
            assert!(turns < 10_000, "it must end");
            if asked.len() * repetitions as usize > bindings_max && bindings_max < 2 {
                assert!(walker.ask_for_less());
                continue;
            }
            walker.feed(answer(mib, &asked, repetitions, bindings_max)).unwrap();
        }
        let mut cells: Vec<_> = walker.cells.iter().map(|cell| (cell.column, cell.index[0], cell.value.as_i64().unwrap())).collect();
        cells.sort_unstable();
        cells
    }

    #[test]
    fn every_cell_is_read_once_however_the_agent_cuts_its_answers() {
        let columns = [oid(&[1, 1]), oid(&[1, 2]), oid(&[1, 9])];
        let mut mib: BTreeMap<Oid, Value> =
            (1..=30).flat_map(|row| [(oid(&[1, 1, row]), Value::Integer(row.into())), (oid(&[1, 2, row]), Value::Integer(-1))]).collect();
        // Sparse: the second column lacks a row; and the view ends inside of the third.
        mib.remove(&oid(&[1, 2, 7]));
        mib.insert(oid(&[1, 9, 1]), Value::Integer(5));
        let mut expected: Vec<_> = (1..=30).map(|row| (0, row, i64::from(row))).collect();
        expected.extend((1..=30).filter(|row| *row != 7).map(|row| (1, row, -1)));
        expected.push((2, 1, 5));
        for bindings_max in [1, 2, 3, 4, 5, 7, 48, 1_000] {
            assert_eq!(walk(&columns, &mib, bindings_max), expected, "cut at {bindings_max}");
        }
    }

    fn stop(bindings: Vec<(Oid, Value)>, rows_max: usize) -> String {
        let mut walker = Walker::new(&[oid(&[1, 1])], rows_max);
        walker.next().unwrap();
        walker.feed(bindings).unwrap_err().to_string()
    }

    #[test]
    fn a_walk_that_would_never_end_is_stopped_by_name() {
        let row = |row: u32| (oid(&[1, 1, row]), Value::Integer(0));
        assert!(stop(vec![row(5), row(5)], 10).contains("not increasing"));
        assert!(stop(vec![row(5), row(4)], 10).contains("not increasing"));
        assert!(stop(vec![(oid(&[1, 1]), Value::Integer(0))], 10).contains("not increasing"));
        assert!(stop(vec![(oid(&[0]), Value::Integer(0))], 10).contains("not increasing"));
        assert!(stop(vec![row(1), row(2), row(3)], 2).contains("more than 2 rows"));
        assert!(stop(vec![], 2).contains("nothing"));
    }
}
