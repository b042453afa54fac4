//! Questions that wait, are under way, and end: in exactly one answer, failure or word that they were superseded.

use super::inquiry::{Asks, Inquiry, Known, Turn};
use super::message::{Event, Question, RequestId};
use super::shard_message::{InquiryId, ShardAnswer, ShardRequest};
use super::{Emit, Session};
use crate::analysis::interface::{AddressByHand, InterfaceAddresses, InterfaceKnowledge, Told};
use crate::record::Value;

impl Session {
    pub(super) fn set_interface_address(&mut self, interface: &Value, by_hand: Option<AddressByHand>) {
        let family = by_hand.as_ref().map(|by_hand| by_hand.address.family());
        // One address for each family; going back to what was inferred forgets them all.
        self.by_hand.retain(|known| {
            known.interface != *interface || family.is_some_and(|family| known.address.family() != family)
        });
        self.by_hand.extend(by_hand);
        self.generation += 1;
    }

    pub(super) fn enqueue(&mut self, id: RequestId, question: Question, emit: Emit<'_>) {
        if question.is_one_of_many() {
            self.waiting.push_back((id, question));
            return;
        }
        let kind = std::mem::discriminant(&question);
        self.waiting.retain(|(waiting_id, waiting)| {
            let is_older_twin = std::mem::discriminant(waiting) == kind;
            if is_older_twin {
                emit(Event::Superseded { id: *waiting_id });
            }
            !is_older_twin
        });
        if let Some(at) = self.inquiries.iter().position(|inquiry| inquiry.kind == kind) {
            let older = self.inquiries.remove(at);
            emit(Event::Superseded { id: older.request });
            self.send_all(&ShardRequest::Forget(older.id));
        }
        self.waiting.push_back((id, question));
    }

    /// Takes up the questions that wait, unless a new generation is being made or is due.
    pub(super) fn begin_waiting(&mut self, now_ms: f64, emit: Emit<'_>) {
        if self.settling.is_some() || self.ending.is_some() {
            return;
        }
        while let Some((request, question)) = self.waiting.pop_front() {
            self.answering_since_ms.get_or_insert(now_ms);
            if question.needs_directions() {
                self.orient();
            }
            let id = InquiryId(self.next_inquiry);
            self.next_inquiry += 1;
            let shards = self.ready();
            let (inquiry, asks) = Inquiry::begin(id, request, question, &shards, self.known());
            let is_complete = inquiry.is_complete();
            self.inquiries.push(inquiry);
            self.ask(id, asks);
            if is_complete {
                self.resume(id, emit);
            }
        }
    }

    fn known(&self) -> Known<'_> {
        Known {
            load: &self.load,
            knowledge: &self.knowledge,
            account: self.descriptions.account(),
            extent: self.time_extent(),
            n_diagnosed_max: self.n_diagnosed_max,
        }
    }

    fn ask(&mut self, inquiry: InquiryId, asks: Asks) {
        for (shard, ask) in asks {
            self.send(shard, ShardRequest::Ask { inquiry, ask });
        }
    }

    pub(super) fn answered(
        &mut self,
        shard: u16,
        inquiry: InquiryId,
        mut answer: ShardAnswer,
        emit: Emit<'_>,
    ) {
        if let ShardAnswer::Report(reading) = &mut answer
            && let Some((deal, report)) = reading.take()
        {
            self.load.note(deal, report);
        }
        let Some(known) = self.inquiries.iter_mut().find(|known| known.id == inquiry) else { return };
        if known.take(shard, answer) {
            self.resume(inquiry, emit);
        }
    }

    /// All shards have answered a turn of this inquiry.
    fn resume(&mut self, id: InquiryId, emit: Emit<'_>) {
        let Some(at) = self.inquiries.iter().position(|inquiry| inquiry.id == id) else { return };
        let mut inquiry = self.inquiries.remove(at);
        let request = inquiry.request;
        let coverage = self.coverage();
        match inquiry.resume(self.known()) {
            Turn::Ask(asks) => self.go_on(inquiry, asks),
            Turn::Part(bytes, asks) => {
                emit(Event::ExportPart { id: request, bytes });
                self.go_on(inquiry, asks);
            }
            Turn::End(Ok(answer)) => emit(Event::Answered { id: request, answer, coverage }),
            Turn::End(Err(message)) => emit(Event::Failed { id: request, message }),
            Turn::LastPart(bytes, answer) => {
                if !bytes.is_empty() {
                    emit(Event::ExportPart { id: request, bytes });
                }
                self.send_all(&ShardRequest::Forget(id));
                emit(Event::Answered { id: request, answer, coverage });
            }
        }
    }

    /// Goes on with an inquiry that asks no shard any more; false where there is none.
    pub(super) fn write_on(&mut self, emit: Emit<'_>) -> bool {
        let Some(id) = self.inquiries.iter().find(|inquiry| inquiry.is_complete()).map(|inquiry| inquiry.id)
        else {
            return false;
        };
        self.resume(id, emit);
        true
    }

    fn go_on(&mut self, inquiry: Inquiry, asks: Asks) {
        // Rows that became readable anew have lost their direction.
        if inquiry.question.needs_directions() {
            self.orient();
        }
        let id = inquiry.id;
        self.inquiries.push(inquiry);
        self.ask(id, asks);
    }

    /// Notes how long answering took, once all is answered; true where it did.
    pub(super) fn note_answering(&mut self, now_ms: f64) -> bool {
        if !self.inquiries.iter().all(Inquiry::is_export) {
            return false;
        }
        let Some(since_ms) = self.answering_since_ms.take() else { return false };
        self.answering_ms += now_ms - since_ms;
        true
    }

    /// Gives every readable row its direction, once for each generation.
    pub(super) fn orient(&mut self) {
        if self.oriented_generation == Some(self.generation) || self.settling.is_some() {
            return;
        }
        let mut addresses = InterfaceAddresses::default();
        for member in &self.members {
            addresses.merge(member.settled.addresses.clone());
        }
        let described = self.descriptions.account().map(|account| &*account.configuration);
        let told = Told { by_hand: &self.by_hand, described };
        let knowledge = InterfaceKnowledge::resolve(&addresses, told);
        // What is known of the interfaces seldom changes after the first rows: then only new rows need it.
        let is_news = knowledge != self.knowledge;
        self.knowledge = knowledge;
        for number in self.ready() {
            let member = &mut self.members[usize::from(number)];
            let is_new_here = !std::mem::replace(&mut member.has_knowledge, true);
            let is_news = is_news || is_new_here;
            let news = is_news.then(|| self.knowledge.clone());
            self.send(number, ShardRequest::Orient(news));
        }
        self.oriented_generation = Some(self.generation);
    }
}
