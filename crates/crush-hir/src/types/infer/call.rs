//! Calls: what is given for each parameter, and what comes back.

use std::sync::Arc;

use super::{Inference, words};
use crate::body::{Callee, ExprId, ExprKind, Name};
use crate::file::FunctionDef;
use crate::modules::Resolved;
use crate::source_map::BodyRange;
use crate::types::{Type, named};

impl Inference<'_> {
    pub(super) fn call(&mut self, callee: &Callee, range: BodyRange, args: &[ExprId]) -> Type {
        match callee {
            Callee::Name(name) => match self.file.resolve_function(name) {
                Some(found) => self.call_function(name, name, found, args),
                None => {
                    self.arguments(args);
                    builtin_result(name)
                }
            },
            Callee::Path { scope, name } => {
                let path = Name::from(format!("{scope}::{name}"));
                let method = self.file.resolve_method(scope, name);
                let method = method.and_then(|Resolved { module, file, item, it }| {
                    Some(Resolved { module, file, item, it: file.function_of(it)? })
                });
                match method {
                    Some(found) => self.call_function(&path, &path, found, args),
                    None => self.unknown_call(args),
                }
            }
            Callee::Capability(name) => {
                let (module, function) = name.split_once('.').unwrap_or((name, ""));
                match self.file.resolve_qualified(module, function) {
                    Some(Ok(found)) => self.call_function(name, &found.it.name, found, args),
                    Some(Err(_)) => self.unknown_call(args),
                    None => {
                        self.arguments(args);
                        capability_result(name)
                    }
                }
            }
            Callee::Method { receiver, .. } => {
                // The reference looks at no receiver that is a variable, and knows no other.
                self.expr(*receiver);
                self.unknown_call(args)
            }
            Callee::Value(value) => self.call_value(*value, range, args),
        }
    }

    /// `name` is how the program calls it, `own` how its file does.
    fn call_function(
        &mut self,
        name: &Name,
        own: &Name,
        function: Resolved<'_, &FunctionDef>,
        args: &[ExprId],
    ) -> Type {
        let type_of = |annotation: &Option<Name>| annotation.as_ref().and_then(|it| named(self.file, it));
        let params = &function.it.params;
        let wanted: Vec<_> =
            params.iter().map(|param| (type_of(&param.annotation).unwrap_or(Type::Any), Some(&param.name))).collect();
        self.hand_over(name, &wanted, args);
        let results = match function.module == self.file.module() {
            true => Some(self.results),
            false => self.elsewhere.0.get(&function.module),
        };
        results.and_then(|results| results.get(own)).cloned().unwrap_or(Type::Any)
    }

    fn call_value(&mut self, value: ExprId, range: BodyRange, args: &[ExprId]) -> Type {
        let ExprKind::Local(local) = self.body[value].kind else {
            self.expr(value);
            return self.unknown_call(args);
        };
        let Type::Function(Some(signature)) = &self.types[local.index()] else {
            return self.unknown_call(args);
        };
        let (signature, name) = (Arc::clone(signature), &self.body[local].name);
        if signature.params.len() != args.len() {
            let message = words::wrong_arity(name, signature.params.len(), args.len());
            self.report("wrong-arity", range, message);
        }
        let wanted: Vec<_> = signature.params.iter().map(|param| (param.clone(), None)).collect();
        self.hand_over(name, &wanted, args);
        signature.result.clone()
    }

    fn unknown_call(&mut self, args: &[ExprId]) -> Type {
        self.arguments(args);
        Type::Any
    }

    fn arguments(&mut self, args: &[ExprId]) {
        args.iter().for_each(|&arg| _ = self.expr(arg));
    }

    /// Holds each argument against its parameter. Of a wrong number of arguments nobody knows which is for which.
    fn hand_over(&mut self, function: &Name, wanted: &[(Type, Option<&Name>)], args: &[ExprId]) {
        for (index, &arg) in args.iter().enumerate() {
            let given = self.expr(arg);
            if wanted.len() == args.len()
                && let Some((wanted, param)) = wanted.get(index)
                && !wanted.takes(&given)
            {
                let message = words::wrong_argument(function, *param, wanted, &given);
                self.report("wrong-argument", self.body[arg].range, message);
            }
        }
    }
}

/// What a built-in function gives, as the reference knows it before a run.
fn builtin_result(name: &str) -> Type {
    match name {
        "len" => Type::Int,
        "print" | "drop" => Type::Null,
        "range" | "make_range" => Type::array(Type::Int),
        "parallel_map" => Type::array(Type::Any),
        _ => Type::Any,
    }
}

/// What a capability gives, as far as the reference knows it before a run; the library's table knows more of them.
fn capability_result(name: &str) -> Type {
    match name {
        "io.print" | "array.push" => Type::Null,
        "math.random" => Type::Float,
        "math.random_int" | "math.seed" | "conv.ord" | "str.len" => Type::Int,
        "str.contains" => Type::Bool,
        "str.split" => Type::array(Type::String),
        "conv.chr" | "str.replace" | "str.join" => Type::String,
        _ => Type::Any,
    }
}
