//! How each construct is laid out.

mod annotation;
mod block;
mod expression;
mod list;
mod spacing;
