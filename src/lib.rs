//! tieup reads analysis articles, runs a local transformer over them and tells who partnered with whom, and why.
//!
//! The modules stand in the order of the road an article takes; each knows only those before it:
//!
//! [`article`] reads and decodes, [`text`] cuts sentences, word pieces and windows, [`model`] scores windows,
//! [`claims`] turns scores into mentions, reasons and claims, [`output`] writes them, [`run`] drives a batch.
//! [`corpus`], [`eval`] and [`train`] stand beside the road and use the same types; [`labels`] is the
//! vocabulary they all share.

pub mod article;
pub mod claims;
pub mod corpus;
pub mod eval;
pub mod labels;
pub mod model;
pub mod output;
pub mod run;
pub mod text;
pub mod train;
