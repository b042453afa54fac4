//! A question under way: what the shards are asked, one turn after the other, and the answer that comes of it.
//!
//! Pure: answers of the shards in, what to do next out.

use std::mem::Discriminant;
use std::sync::Arc;

use super::account::Account;
use super::diagnosing::{Diagnosing, Outcome};
use super::export::{LinesExport, TableExport};
use super::load::Load;
use super::message::{Answer, ExportKind, Question, RecordsPage, RequestId, RowRef};
use super::paging::{KEYS_AT_ONCE, Split, merge};
use super::shard_message::{InquiryId, RowOrder, ShardAnswer, ShardAsk};
use crate::analysis::diagnosis::Undelivered;
use crate::analysis::direction::DirectionQuestion;
use crate::analysis::files::FilesQuestion;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::outcomes::{OneSidedTuples, OneSidedTuplesQuestion, OutcomesQuestion};
use crate::analysis::overview::{self, HandOver, Overview, OverviewQuestion};
use crate::analysis::packets_lost::PacketsLostQuestion;
use crate::analysis::rejected::{PeersQuestion, RejectedPeers, RejectedQuestion};
use crate::analysis::requests::{Requests, RequestsQuestion, reachable, replay, rule_use};
use crate::analysis::summary::SummaryQuestion;
use crate::analysis::timeline::TimelineQuestion;
use crate::analysis::{Analysis, TimeExtent};
use crate::arrange::Arrange;
use crate::config::remedy::Fix;
use crate::config::remedy::render::{Context, Written};
use crate::query::{Filter, Subject};

/// Rows in one answer, whatever was asked for: more than any screen shows, and few enough to answer at once.
const PAGE_ROWS_MAX: u32 = 1_000;

/// Questions for shards; each answers once.
pub type Asks = Vec<(u16, ShardAsk)>;

/// What is to be done next.
pub enum Turn {
    Ask(Asks),
    /// A part of an export goes out. Where nothing is asked, the lead goes on by itself when nothing else is to be done.
    Part(Vec<u8>, Asks),
    End(Result<Answer, String>),
    /// The last part, where it is not empty, and the end.
    LastPart(Vec<u8>, Answer),
}

/// What the lead knows.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub load: &'a Load,
    pub knowledge: &'a InterfaceKnowledge,
    /// What is described of the account, where anything is.
    pub account: Option<&'a Account>,
    /// The time of all readable rows.
    pub extent: Option<TimeExtent>,
    /// Rejected five-tuples that are diagnosed at once.
    pub n_diagnosed_max: u32,
}

impl Known<'_> {
    /// The times of which no file with records is.
    pub fn undelivered(&self) -> Undelivered {
        let reports = self.load.reports();
        let with_records =
            reports.iter().filter(|report| report.lines.rows + report.lines.status_records > 0);
        Undelivered::of_names(with_records.map(|report| &*report.name))
    }
}

/// What the second turn of a question needs of the first: the same shards, and the filter.
#[derive(Clone)]
pub struct SecondTurn {
    shards: Vec<u16>,
    filter: Filter,
}

impl SecondTurn {
    pub fn new(shards: &[u16], filter: Filter) -> SecondTurn {
        SecondTurn { shards: shards.to_vec(), filter }
    }

    pub fn ask(self, ask: impl FnOnce(Filter) -> ShardAsk) -> Turn {
        let ask = ask(self.filter);
        Turn::Ask(self.shards.into_iter().map(|shard| (shard, ask.clone())).collect())
    }
}

pub struct Inquiry {
    pub id: InquiryId,
    pub request: RequestId,
    pub kind: Discriminant<Question>,
    /// To be asked again, where all is read anew.
    pub question: Question,
    work: Work,
    n_awaited: usize,
    answers: Vec<(u16, ShardAnswer)>,
}

enum Work {
    /// Answered by one turn of all shards, which is merged.
    Analysis(Question),
    /// By few values of each shard; of lists that they do not tell, by all in a second turn.
    Overview {
        question: OverviewQuestion,
        turns: SecondTurn,
        /// What the first turn told, and the lists that it did not.
        told: Option<(Overview, overview::Lists)>,
    },
    Page(Page),
    FirstRows {
        descending: bool,
        n_rows: u32,
    },
    Detail,
    Report,
    /// Answered by what is described of the account; no shard is asked.
    Account(Question),
    /// The reports first; then, of these shards, the rows.
    Summary(Option<SecondTurn>),
    /// The peers first, in one turn or two; then, with them, the rows.
    Rejected {
        /// About the peers; none while the rows are asked for.
        asked: Option<PeersQuestion>,
        /// What the first turn found.
        peers: Option<RejectedPeers>,
        turns: SecondTurn,
    },
    /// The tuples first, of all shards; then, with them, what became of their rows.
    Outcomes(Option<SecondTurn>),
    Diagnosing(Diagnosing),
    Lines(LinesExport),
    Table(TableExport),
}

impl Inquiry {
    /// The question and its first turn.
    pub fn begin(
        id: InquiryId,
        request: RequestId,
        question: Question,
        shards: &[u16],
        known: Known<'_>,
    ) -> (Inquiry, Asks) {
        let kind = std::mem::discriminant(&question);
        let asked = question.clone();
        let all = |ask: ShardAsk| -> Asks { shards.iter().map(|&shard| (shard, ask.clone())).collect() };
        let (work, asks) = match question {
            Question::Timeline { ref filter, n_buckets_max } => {
                let ask = ShardAsk::Timeline {
                    filter: filter.clone(),
                    extent: known.extent,
                    n_buckets_max,
                    bucket_secs_min: known.load.bucket_secs_min(),
                };
                (Work::Analysis(question), all(ask))
            }
            Question::Overview { filter, metric } => {
                let hand_over = if shards.len() > 1 { HandOver::Largest } else { HandOver::Alone };
                let ask = ShardAsk::Overview { filter: filter.clone(), metric, hand_over };
                let question = OverviewQuestion { metric, hand_over };
                (Work::Overview { question, turns: SecondTurn::new(shards, filter), told: None }, all(ask))
            }
            Question::Direction { ref filter } => {
                let ask = ShardAsk::Direction { filter: filter.clone() };
                (Work::Analysis(question), all(ask))
            }
            Question::Rejected { filter } => {
                let question = PeersQuestion::of_shards(shards.len());
                let asks =
                    all(ShardAsk::RejectedPeers { filter: filter.clone(), question: question.clone() });
                let turns = SecondTurn::new(shards, filter);
                (Work::Rejected { asked: Some(question), peers: None, turns }, asks)
            }
            Question::Outcomes { filter } => {
                let work = Work::Outcomes(Some(SecondTurn::new(shards, filter)));
                (work, all(ShardAsk::OneSidedTuples))
            }
            Question::PacketsLost { ref filter } => {
                let ask = ShardAsk::PacketsLost { filter: filter.clone() };
                (Work::Analysis(question), all(ask))
            }
            Question::Findings { filter } => {
                let (diagnosing, asks) = Diagnosing::begin(filter, Outcome::Findings, shards, known);
                (Work::Diagnosing(diagnosing), asks)
            }
            Question::RuleUse { ref filter }
            | Question::Reachable { ref filter }
            | Question::Replay { ref filter, .. } => {
                let ask = ShardAsk::Requests { filter: filter.clone() };
                (Work::Analysis(question), all(ask))
            }
            Question::Records { filter, sort, subjects, offset, n_rows } => {
                let order = RowOrder { filter, sort };
                // One shard alone knows its order.
                let n_keys = if shards.len() > 1 { KEYS_AT_ONCE } else { 0 };
                let asks = all(ShardAsk::Order { order: order.clone(), n_keys });
                let n_rows = n_rows.min(PAGE_ROWS_MAX);
                (Work::Page(Page { order, subjects, offset, n_rows, split: None, n_rows_all: 0 }), asks)
            }
            Question::FirstRecords { filter, sort, subjects, n_rows } => {
                let (descending, n_rows) = (sort.descending, n_rows.min(PAGE_ROWS_MAX));
                (
                    Work::FirstRows { descending, n_rows },
                    all(ShardAsk::FirstRows { filter, sort, n_rows, subjects }),
                )
            }
            Question::Detail { row: RowRef { shard, row } } => {
                let is_there = shards.contains(&shard);
                let ask = (shard, ShardAsk::Detail { row });
                (Work::Detail, Some(ask).filter(|_| is_there).into_iter().collect())
            }
            Question::Report => (Work::Report, all(ShardAsk::Report)),
            Question::Account | Question::Fix(_) | Question::Write(_) => {
                (Work::Account(question), Asks::new())
            }
            Question::Files => (Work::Analysis(question), all(ShardAsk::Files)),
            Question::Export { kind: ExportKind::Summary, filter, .. } => {
                let work = Work::Summary(Some(SecondTurn::new(shards, filter)));
                (work, all(ShardAsk::Report))
            }
            Question::Export { kind: ExportKind::Records, filter, .. } => {
                (Work::Lines(LinesExport::new()), all(ShardAsk::ExportLines(filter)))
            }
            Question::Export { kind: ExportKind::HandOver(hand_over), filter, .. } => {
                let (diagnosing, asks) = Diagnosing::begin(filter, Outcome::Report(hand_over), shards, known);
                (Work::Diagnosing(diagnosing), asks)
            }
            Question::Export { kind: ExportKind::Diagnosis, filter, .. } => {
                let (diagnosing, asks) = Diagnosing::begin(filter, Outcome::Lines, shards, known);
                (Work::Diagnosing(diagnosing), asks)
            }
            Question::Export { kind: ExportKind::Csv(subjects), filter, sort } => {
                let order = RowOrder { filter, sort };
                let work = Work::Table(TableExport::new(&order, &subjects));
                (work, all(ShardAsk::ExportTable { order, subjects }))
            }
        };
        let inquiry =
            Inquiry { id, request, kind, question: asked, work, n_awaited: asks.len(), answers: Vec::new() };
        (inquiry, asks)
    }

    /// Whether it goes on over more than one generation.
    pub fn is_export(&self) -> bool {
        match &self.work {
            Work::Lines(_) | Work::Table(_) => true,
            Work::Diagnosing(diagnosing) => diagnosing.is_writing(),
            _ => false,
        }
    }

    /// Takes in what a shard answers; true where the turn is complete.
    pub fn take(&mut self, shard: u16, answer: ShardAnswer) -> bool {
        self.answers.push((shard, answer));
        self.is_complete()
    }

    /// Whether all that was asked is answered.
    pub fn is_complete(&self) -> bool {
        self.answers.len() >= self.n_awaited
    }

    /// The next turn.
    pub fn resume(&mut self, known: Known<'_>) -> Turn {
        let mut answers = std::mem::take(&mut self.answers);
        // Shards answer when they can; what comes of it must not depend on that.
        answers.arrange_by_key(|(shard, _)| *shard);
        let turn = match &mut self.work {
            Work::Analysis(question) => Turn::End(Ok(analysed(question, answers, known))),
            Work::Overview { question, turns, told } => {
                let partial = joined(question, answers, |answer| match answer {
                    ShardAnswer::Overview(partial) => Some(*partial),
                    _ => None,
                });
                let (now_told, untold) = question.told(partial);
                match told.take() {
                    Some((mut overview, missing)) => {
                        overview.fill_in(missing, now_told);
                        Turn::End(Ok(Answer::Overview(overview)))
                    }
                    None if !untold.contains(&true) => Turn::End(Ok(Answer::Overview(now_told))),
                    None => {
                        *told = Some((now_told, untold));
                        question.hand_over = HandOver::All(untold);
                        let OverviewQuestion { metric, hand_over } = *question;
                        turns.clone().ask(|filter| ShardAsk::Overview { filter, metric, hand_over })
                    }
                }
            }
            Work::Page(page) => page.resume(answers),
            Work::FirstRows { descending, n_rows } => {
                Turn::End(Ok(Answer::Records(first_of_all(answers, *descending, *n_rows))))
            }
            Work::Detail => Turn::End(detail(answers, known)),
            Work::Report => Turn::End(Ok(Answer::Report(known.load.reports()))),
            Work::Account(question) => Turn::End(Ok(of_account(question, known.account))),
            Work::Summary(second) => match second.take() {
                Some(second) => second.ask(|filter| ShardAsk::Summary { filter }),
                None => {
                    let files = known.load.reports();
                    let summary =
                        merged(&SummaryQuestion { files: &files }, answers, |answer| match answer {
                            ShardAnswer::Summary(partial) => Some(partial),
                            _ => None,
                        });
                    let json = summary.to_json().into_bytes();
                    Turn::last_part(json, "flowglass-summary.json", "application/json")
                }
            },
            Work::Outcomes(second) => match second.take() {
                Some(second) => {
                    let tuples = merged(&OneSidedTuplesQuestion, answers, |answer| match answer {
                        ShardAnswer::OneSidedTuples(partial) => Some(partial),
                        _ => None,
                    });
                    second.ask(|filter| ShardAsk::Outcomes { filter, tuples: Arc::new(tuples) })
                }
                None => {
                    // The shards have used the tuples; what they found is all that is needed now.
                    let tuples = OneSidedTuples::default();
                    let question = OutcomesQuestion {
                        knowledge: known.knowledge,
                        tuples: &tuples,
                        undelivered: &known.undelivered(),
                    };
                    Turn::End(Ok(Answer::Outcomes(merged(&question, answers, |answer| match answer {
                        ShardAnswer::Outcomes(partial) => Some(partial),
                        _ => None,
                    }))))
                }
            },
            Work::Rejected { asked, peers, turns } => match asked.take() {
                Some(question) => {
                    let found = merged(&question, answers, |answer| match answer {
                        ShardAnswer::RejectedPeers(partial) => Some(partial),
                        _ => None,
                    });
                    let is_first = peers.is_none();
                    match peers {
                        Some(peers) => peers.complete(found),
                        None => *peers = Some(found),
                    }
                    let peers = peers.as_ref().expect("found just now");
                    *asked = peers.second_question().filter(|_| is_first);
                    match asked.clone() {
                        Some(question) => {
                            turns.clone().ask(|filter| ShardAsk::RejectedPeers { filter, question })
                        }
                        None => {
                            let (extent, peers) = (known.extent, Arc::new(peers.clone()));
                            turns.clone().ask(|filter| ShardAsk::Rejected { filter, extent, peers })
                        }
                    }
                }
                None => {
                    // The shards have used the peers.
                    let Known { knowledge, extent, .. } = known;
                    let question = RejectedQuestion { knowledge, peers: &RejectedPeers::default(), extent };
                    Turn::End(Ok(Answer::Rejected(merged(&question, answers, |answer| match answer {
                        ShardAnswer::Rejected(partial) => Some(partial),
                        _ => None,
                    }))))
                }
            },
            Work::Diagnosing(diagnosing) => diagnosing.resume(answers, known),
            Work::Lines(export) => export.resume(answers),
            Work::Table(export) => export.resume(answers),
        };
        self.n_awaited = match &turn {
            Turn::Ask(asks) | Turn::Part(_, asks) => asks.len(),
            Turn::End(_) | Turn::LastPart(..) => 0,
        };
        turn
    }
}

impl Turn {
    pub fn last_part(part: Vec<u8>, file_name: &str, media_type: &str) -> Turn {
        let answer = Answer::Exported { file_name: file_name.to_owned(), media_type: media_type.to_owned() };
        Turn::LastPart(part, answer)
    }
}

fn analysed(question: &Question, answers: Vec<(u16, ShardAnswer)>, known: Known<'_>) -> Answer {
    let Known { knowledge, extent, .. } = known;
    let configuration = known.account.map(|account| &account.configuration);
    match *question {
        Question::Timeline { n_buckets_max, .. } => {
            let question =
                TimelineQuestion { extent, n_buckets_max, bucket_secs_min: known.load.bucket_secs_min() };
            let mut timeline = merged(&question, answers, |answer| match answer {
                ShardAnswer::Timeline(partial) => Some(partial),
                _ => None,
            });
            timeline.note_times_without_file(known.load.times_without_file());
            Answer::Timeline(timeline)
        }
        Question::Direction { .. } => {
            Answer::Direction(merged(&DirectionQuestion { knowledge }, answers, |answer| match answer {
                ShardAnswer::Direction(partial) => Some(partial),
                _ => None,
            }))
        }
        Question::RuleUse { .. } => Answer::RuleUse(rule_use::rule_use(&requests(answers), configuration)),
        Question::PacketsLost { .. } => {
            Answer::PacketsLost(merged(&PacketsLostQuestion, answers, |answer| match answer {
                ShardAnswer::PacketsLost(partial) => Some(partial),
                _ => None,
            }))
        }
        Question::Reachable { .. } => {
            Answer::Reachable(reachable::reachable(&requests(answers), knowledge, configuration))
        }
        Question::Replay { ref edits, .. } => {
            Answer::Replay(replay::replay(&requests(answers), configuration, edits))
        }
        Question::Files => {
            let (names, files) = (known.load.names(), known.load.files_of_sources());
            let log_streams: Vec<_> =
                known.load.reports().into_iter().map(|report| report.log_streams).collect();
            let question = FilesQuestion { names: &names, files: &files, log_streams: &log_streams };
            Answer::Files(merged(&question, answers, |answer| match answer {
                ShardAnswer::Files(partial) => Some(partial),
                _ => None,
            }))
        }
        _ => unreachable!("the others are no analyses"),
    }
}

fn of_account(question: &Question, account: Option<&Account>) -> Answer {
    let configuration = account.map(|account| &*account.configuration);
    match question {
        Question::Account => Answer::Account(account.map(|account| account.report.clone())),
        Question::Fix(wanted) => Answer::Fix(Box::new(Fix::of(configuration, wanted))),
        Question::Write(edits) => {
            Answer::Written(Written::of(edits, &Context::of(configuration, None, edits)))
        }
        _ => unreachable!("the others are not about the account alone"),
    }
}

fn requests(answers: Vec<(u16, ShardAnswer)>) -> Requests {
    merged(&RequestsQuestion::default(), answers, |answer| match answer {
        ShardAnswer::Requests(partial) => Some(partial),
        _ => None,
    })
}

/// What all shards found, finished.
pub fn merged<A: Analysis>(
    analysis: &A,
    answers: Vec<(u16, ShardAnswer)>,
    partial: impl Fn(ShardAnswer) -> Option<A::Partial>,
) -> A::Answer {
    analysis.finish(joined(analysis, answers, partial))
}

/// What all shards found.
fn joined<A: Analysis>(
    analysis: &A,
    answers: Vec<(u16, ShardAnswer)>,
    partial: impl Fn(ShardAnswer) -> Option<A::Partial>,
) -> A::Partial {
    let partials =
        answers.into_iter().map(|(_, answer)| partial(answer).expect("a shard answers what it was asked"));
    let merged = partials.reduce(|mut into, other| {
        analysis.merge(&mut into, other);
        into
    });
    merged.expect("there is a shard at least, the lead's own")
}

fn detail(answers: Vec<(u16, ShardAnswer)>, known: Known<'_>) -> Result<Answer, String> {
    let Some((_, ShardAnswer::Detail(Some(found)))) = answers.into_iter().next() else {
        return Err("That row is not loaded any more. Open another one.".to_owned());
    };
    let mut detail = found.it;
    known.load.name(found.source).clone_into(&mut detail.file);
    detail.line = known.load.n_lines_before(found.source).map(|n_lines| n_lines + found.line);
    Ok(Answer::Detail(detail))
}

/// The first rows of all shards, from the first of each.
fn first_of_all(answers: Vec<(u16, ShardAnswer)>, descending: bool, n_rows: u32) -> RecordsPage {
    let mut n_rows_all = 0;
    let mut sides = Vec::new();
    for (_, answer) in answers {
        let ShardAnswer::FirstRows { n_rows, rows } = answer else {
            unreachable!("a shard answers what it was asked")
        };
        n_rows_all += n_rows;
        sides.push(rows);
    }
    let rows = merge(sides, descending).take(n_rows as usize).collect();
    RecordsPage { n_rows: n_rows_all, offset: 0, rows }
}

/// A page of rows in one order over all shards.
struct Page {
    order: RowOrder,
    subjects: Vec<Subject>,
    offset: u64,
    n_rows: u32,
    /// Where the page begins, as far as it is known, with the shards that it is sought in.
    split: Option<(Split, Vec<u16>)>,
    n_rows_all: u64,
}

impl Page {
    fn resume(&mut self, answers: Vec<(u16, ShardAnswer)>) -> Turn {
        let descending = self.order.sort.as_ref().is_some_and(|sort| sort.descending);
        let mut rows = Vec::new();
        let mut learnt = Vec::new();
        let mut n_rows = Vec::new();
        for (shard, answer) in answers {
            match answer {
                ShardAnswer::Order { n_rows: of_shard, keys } => {
                    n_rows.push((shard, of_shard));
                    learnt.push((shard, keys));
                }
                // Rows were taken back meanwhile; the page asks again with the next generation.
                ShardAnswer::Keys(keys) if keys.is_empty() => {
                    return Turn::End(Err("Rows were taken back while the page was sought.".to_owned()));
                }
                ShardAnswer::Keys(keys) => learnt.push((shard, keys)),
                ShardAnswer::Rows(of_shard) => rows.push(of_shard),
                _ => unreachable!("a shard answers what it was asked"),
            }
        }
        let (split, shards) = self.split.get_or_insert_with(|| {
            let split = Split::new(self.offset, descending, n_rows.iter().map(|(_, n_rows)| *n_rows));
            self.n_rows_all = n_rows.iter().map(|(_, n_rows)| u64::from(*n_rows)).sum();
            (split, n_rows.iter().map(|(shard, _)| *shard).collect())
        });
        if !rows.is_empty() {
            let skipped = split.n_rows_before_page() as usize;
            let rows = merge(rows, descending).skip(skipped).take(self.n_rows as usize).collect();
            let page = RecordsPage { n_rows: self.n_rows_all, offset: self.offset, rows };
            return Turn::End(Ok(Answer::Records(page)));
        }
        for (shard, keys) in learnt {
            if let Some(side) = shards.iter().position(|known| *known == shard) {
                split.learn(side, keys);
            }
        }
        split.narrow();
        let order = &self.order;
        let wanted = split.wanted();
        if wanted.iter().any(|positions| !positions.is_empty()) {
            let asks = shards.iter().zip(wanted).filter(|(_, positions)| !positions.is_empty());
            return Turn::Ask(
                asks.map(|(&shard, positions)| (shard, ShardAsk::Keys { order: order.clone(), positions }))
                    .collect(),
            );
        }
        let asks = shards.iter().zip(split.page(self.n_rows)).map(|(&shard, rows)| {
            let ask = ShardAsk::Rows {
                order: order.clone(),
                offset: rows.start,
                n_rows: rows.end - rows.start,
                subjects: self.subjects.clone(),
            };
            (shard, ask)
        });
        Turn::Ask(asks.collect())
    }
}
