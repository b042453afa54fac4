//! One request in flight for each slot, the newest waits. Pure: knows neither signals nor the browser.

use flow_core::session::message::RequestId;

/// A place on screen that shows one answer at a time. Each kind of question has one slot, because the engine
/// lets a newer request of a kind take the place of an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Timeline,
    Overview,
    Records,
    Flows,
    Direction,
    Rejected,
    PacketsLost,
    Report,
    Files,
    Account,
    Findings,
    Outcomes,
    RuleUse,
    Reachable,
    Replay,
}

/// While files are read, an answer is asked for again at most this often. Just under the time between two generations of
/// the engine's: with more, every second one would be missed, and charts would move on only two or three times a second.
pub const REFRESH_INTERVAL_MS: f64 = 210.0;

/// While files are read, an answer is not asked for again before so many times as long has passed as the last one took. So
/// lists over millions of rows, which take long, do not keep charts from moving on, and no view slows a load down by much.
const REFRESH_TO_ANSWERING: f64 = 4.0;

/// The same for the chart, which shows that a load moves on and is answered in 80 to 100 ms over millions of rows: with
/// four times, it missed every second generation.
const REFRESH_TO_ANSWERING_CHART: f64 = 2.0;

impl Slot {
    fn refresh_to_answering(self) -> f64 {
        match self {
            Slot::Timeline => REFRESH_TO_ANSWERING_CHART,
            _ => REFRESH_TO_ANSWERING,
        }
    }
}

/// What one slot wants, awaits and shows. `Q` is the question.
#[derive(Debug)]
pub struct SlotQueue<Q> {
    wanted: Option<Q>,
    /// Whether what is wanted must be sent (again).
    due: bool,
    in_flight: Option<InFlight<Q>>,
    /// What the reader sees is the outcome of this, at this generation of the load.
    shown: Option<(Q, u64)>,
    sent_at_ms: f64,
    /// From sending to the answer, the last time.
    took_ms: f64,
}

#[derive(Debug)]
struct InFlight<Q> {
    id: RequestId,
    question: Q,
    /// Of the load when it was sent; the answer may know more.
    generation: u64,
}

/// What to do with what came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is about what is wanted: show it.
    Show,
    /// The reader has moved on: drop it.
    Outdated,
}

impl<Q> Default for SlotQueue<Q> {
    fn default() -> SlotQueue<Q> {
        SlotQueue {
            wanted: None,
            due: false,
            in_flight: None,
            shown: None,
            sent_at_ms: f64::NEG_INFINITY,
            took_ms: 0.0,
        }
    }
}

impl<Q: Clone + PartialEq> SlotQueue<Q> {
    /// The reader wants this now, of a load at this generation.
    pub fn want(&mut self, question: Option<Q>, generation: u64) {
        let is_known = question.as_ref().is_some_and(|question| {
            let shown = self.shown.as_ref().is_some_and(|(shown, at)| shown == question && *at == generation);
            let awaited = self
                .in_flight
                .as_ref()
                .is_some_and(|flight| flight.question == *question && flight.generation == generation);
            shown || awaited
        });
        self.due = question.is_some() && !is_known;
        self.wanted = question;
    }

    /// The load has moved on. While it goes on, not every step is worth a question.
    pub fn refresh(&mut self, slot: Slot, now_ms: f64, is_loading: bool) {
        let pause_ms = REFRESH_INTERVAL_MS.max(slot.refresh_to_answering() * self.took_ms);
        let too_soon = is_loading && now_ms - self.sent_at_ms < pause_ms;
        if self.wanted.is_some() && !too_soon {
            self.due = true;
        }
    }

    pub fn can_send(&self) -> bool {
        self.due && self.in_flight.is_none()
    }

    /// Whether nothing is to be sent and nothing awaited.
    pub fn is_quiet(&self) -> bool {
        !self.due && self.in_flight.is_none()
    }

    /// What is to be sent under this id now, if anything.
    pub fn send(&mut self, id: RequestId, generation: u64, now_ms: f64) -> Option<Q> {
        if !self.can_send() {
            return None;
        }
        let question = self.wanted.clone()?;
        self.due = false;
        self.sent_at_ms = now_ms;
        self.in_flight = Some(InFlight { id, question: question.clone(), generation });
        Some(question)
    }

    /// The request in flight ended with an answer or a failure about this generation. `None` where the
    /// request is not this slot's.
    pub fn settle(&mut self, id: RequestId, generation: u64, now_ms: f64) -> Option<Verdict> {
        let flight = self.in_flight.take_if(|flight| flight.id == id)?;
        self.took_ms = now_ms - self.sent_at_ms;
        if self.wanted.as_ref() != Some(&flight.question) {
            return Some(Verdict::Outdated);
        }
        self.shown = Some((flight.question, generation));
        Some(Verdict::Show)
    }

    /// The request in flight ended without an answer: what is wanted is still wanted.
    pub fn superseded(&mut self, id: RequestId) -> bool {
        let was_mine = self.in_flight.take_if(|flight| flight.id == id).is_some();
        self.due |= was_mine && self.wanted.is_some();
        was_mine
    }

    /// The engine is gone, and with it what was in flight.
    pub fn restart(&mut self) {
        self.in_flight = None;
        self.shown = None;
        self.due = self.wanted.is_some();
    }

    /// Whether what is shown is not the outcome of what is wanted.
    pub fn is_pending(&self) -> bool {
        self.wanted.is_some() && self.wanted.as_ref() != self.shown.as_ref().map(|(shown, _)| shown)
    }

    /// Whether what is wanted was shown before, so that a view that comes back can show it at once.
    pub fn is_shown(&self) -> bool {
        self.wanted.is_some() && !self.is_pending()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A slot with its engine: requests get numbers, answers come when the test says so.
    #[derive(Default)]
    struct Scene {
        queue: SlotQueue<&'static str>,
        sent: Vec<(RequestId, &'static str)>,
        generation: u64,
        now_ms: f64,
    }

    impl Scene {
        fn want(&mut self, question: Option<&'static str>) {
            self.queue.want(question, self.generation);
            self.pump();
        }

        fn progress(&mut self, is_loading: bool) {
            self.generation += 1;
            self.queue.refresh(Slot::Overview, self.now_ms, is_loading);
            self.pump();
        }

        fn pump(&mut self) {
            let id = RequestId(self.sent.len() as u32);
            if let Some(question) = self.queue.send(id, self.generation, self.now_ms) {
                self.sent.push((id, question));
            }
        }

        fn answer_last(&mut self) -> Verdict {
            let (id, _) = *self.sent.last().unwrap();
            let verdict = self.queue.settle(id, self.generation, self.now_ms).unwrap();
            self.pump();
            verdict
        }

        fn questions(&self) -> Vec<&'static str> {
            self.sent.iter().map(|(_, question)| *question).collect()
        }
    }

    #[test]
    fn one_request_is_in_flight_and_only_the_newest_waits() {
        let mut scene = Scene::default();
        for question in ["a", "b", "c"] {
            scene.want(Some(question));
        }
        assert_eq!(scene.questions(), ["a"]);
        assert_eq!(scene.answer_last(), Verdict::Outdated);
        assert_eq!(scene.questions(), ["a", "c"]);
        assert!(scene.queue.is_pending());
        assert_eq!(scene.answer_last(), Verdict::Show);
        assert!(!scene.queue.is_pending());
        assert_eq!(scene.questions(), ["a", "c"]);
    }

    #[test]
    fn what_is_shown_or_awaited_is_not_asked_again() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        scene.want(Some("a"));
        scene.answer_last();
        scene.want(Some("a"));
        scene.want(None);
        scene.want(Some("a"));
        assert!(scene.queue.is_shown());
        assert_eq!(scene.questions(), ["a"]);
    }

    #[test]
    fn more_rows_make_the_same_question_new() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        scene.answer_last();
        scene.progress(false);
        assert_eq!(scene.questions(), ["a", "a"]);
        assert!(!scene.queue.is_pending(), "what is shown stays good while the newer answer is on its way");
        scene.want(None);
        scene.answer_last();
        scene.progress(false);
        scene.want(Some("a"));
        assert_eq!(scene.questions(), ["a", "a", "a"]);
    }

    #[test]
    fn while_loading_questions_keep_their_distance_and_the_last_one_is_asked() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        scene.answer_last();
        for _ in 0..10 {
            scene.now_ms += 50.0;
            scene.progress(true);
            if scene.queue.in_flight.is_some() {
                scene.answer_last();
            }
        }
        assert_eq!(scene.sent.len(), 3, "at 0, 250 and 500 ms");
        scene.progress(false);
        assert_eq!(scene.sent.len(), 4);
    }

    #[test]
    fn while_loading_what_takes_long_to_answer_is_asked_seldom() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        scene.now_ms = 100.0;
        scene.answer_last();
        for now_ms in [250.0, 350.0] {
            scene.now_ms = now_ms;
            scene.progress(true);
            assert_eq!(scene.sent.len(), 1);
        }
        scene.now_ms = 400.0;
        scene.progress(true);
        assert_eq!(scene.sent.len(), 2, "four times as long as it took");
        scene.now_ms = 500.0;
        scene.answer_last();
        scene.progress(false);
        assert_eq!(scene.sent.len(), 3, "the last one is asked at once");
    }

    #[test]
    fn while_loading_the_chart_is_asked_more_often_than_lists() {
        let asks_after = |slot, took_ms, now_ms| {
            let mut queue = SlotQueue::default();
            queue.want(Some("a"), 1);
            queue.send(RequestId(0), 1, 0.0);
            queue.settle(RequestId(0), 1, took_ms);
            queue.refresh(slot, now_ms, true);
            queue.can_send()
        };
        assert!(asks_after(Slot::Timeline, 120.0, 250.0));
        assert!(!asks_after(Slot::Overview, 120.0, 250.0));
        assert!(!asks_after(Slot::Timeline, 150.0, 250.0), "it is not asked at any price");
    }

    #[test]
    fn a_superseded_request_is_asked_again() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        assert!(scene.queue.superseded(RequestId(0)));
        scene.pump();
        assert_eq!(scene.questions(), ["a", "a"]);
        assert!(!scene.queue.superseded(RequestId(0)), "the old number is nobody's any more");
    }

    #[test]
    fn after_a_restart_what_is_wanted_is_asked_of_the_new_engine() {
        let mut scene = Scene::default();
        scene.want(Some("a"));
        scene.queue.restart();
        scene.pump();
        assert_eq!(scene.questions(), ["a", "a"]);
        assert_eq!(scene.queue.settle(RequestId(0), 0, 0.0), None);
        assert_eq!(scene.answer_last(), Verdict::Show);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Want(Option<u8>),
        Progress { is_loading: bool },
        Answer,
        Fail,
        Supersede,
        StrayAnswer(u32),
        Restart,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => prop::option::weighted(0.8, 0..4u8).prop_map(Step::Want),
            3 => any::<bool>().prop_map(|is_loading| Step::Progress { is_loading }),
            4 => Just(Step::Answer),
            1 => Just(Step::Fail),
            1 => Just(Step::Supersede),
            1 => (0..20u32).prop_map(Step::StrayAnswer),
            1 => Just(Step::Restart),
        ]
    }

    proptest! {
        #[test]
        fn only_answers_to_what_is_wanted_are_shown_and_never_an_older_after_a_newer(
            steps in prop::collection::vec(any_step(), 0..60)
        ) {
            let mut queue: SlotQueue<u8> = SlotQueue::default();
            let (mut wanted, mut generation, mut next_id, mut now_ms) = (None, 0u64, 100u32, 0.0);
            let mut in_flight: Option<(RequestId, u8, u64)> = None;
            let mut last_shown: Option<(u8, u64)> = None;
            for step in steps.into_iter().chain([Step::Progress { is_loading: false }, Step::Answer, Step::Answer]) {
                now_ms += 100.0;
                match step {
                    Step::Want(question) => {
                        wanted = question;
                        queue.want(question, generation);
                    }
                    Step::Progress { is_loading } => {
                        generation += 1;
                        queue.refresh(Slot::Overview, now_ms, is_loading);
                    }
                    Step::Answer | Step::Fail => {
                        if let Some((id, question, asked_at)) = in_flight.take() {
                            match queue.settle(id, asked_at, now_ms) {
                                Some(Verdict::Show) => {
                                    prop_assert_eq!(Some(question), wanted);
                                    if let Some((shown, at)) = last_shown {
                                        prop_assert!(shown != question || at <= asked_at);
                                    }
                                    last_shown = Some((question, asked_at));
                                }
                                Some(Verdict::Outdated) => prop_assert_ne!(Some(question), wanted),
                                None => prop_assert!(false, "a request in flight is its slot's"),
                            }
                        }
                    }
                    Step::Supersede => {
                        if let Some((id, ..)) = in_flight.take() {
                            prop_assert!(queue.superseded(id));
                        }
                    }
                    Step::StrayAnswer(id) => prop_assert_eq!(queue.settle(RequestId(id), generation, now_ms), None),
                    Step::Restart => {
                        in_flight = None;
                        last_shown = None;
                        queue.restart();
                    }
                }
                let id = RequestId(next_id);
                if let Some(question) = queue.send(id, generation, now_ms) {
                    prop_assert!(in_flight.is_none(), "one in flight");
                    prop_assert_eq!(Some(question), wanted);
                    in_flight = Some((id, question, generation));
                    next_id += 1;
                }
            }
            // Once all is quiet, what is wanted is what is shown, and it knows all that was loaded.
            prop_assert!(!queue.is_pending());
            if let Some(wanted) = wanted {
                prop_assert_eq!(last_shown, Some((wanted, generation)));
            }
        }
    }
}
