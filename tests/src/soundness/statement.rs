//! Statements of one line.

use super::program::Line;
use super::scope::{Generator, Kind};

impl Generator {
    /// A statement of one line that declares nothing.
    pub(super) fn simple(&mut self, depth: usize) -> String {
        let written = match self.random.u32(0..33) {
            0..=9 => self.change(depth),
            10..=13 => self.look(depth),
            14 | 15 => self.drop_something(),
            16..=19 => self.assign(depth),
            20..=24 => self.some_call(depth),
            25..=28 => self.call_lambda(depth),
            29 => self.fold(),
            _ => self.add_to(),
        };
        written.unwrap_or_else(|| "print(2)".to_owned())
    }

    /// Something is changed where it is.
    fn change(&mut self, depth: usize) -> Option<String> {
        let number = self.random.u32(0..9);
        let choice = self.random.u32(0..21);
        let kind = match choice {
            0..=6 => Kind::Flat,
            7..=9 => Kind::Nested,
            10..=12 => Kind::Record,
            13..=15 => Kind::Table,
            16 | 17 => Kind::Tree,
            18 | 19 => Kind::Outer,
            _ => Kind::Nested,
        };
        let name = self.variable(kind)?;
        Some(match choice {
            0..=3 => format!("{name}.push({number})"),
            4 => format!("{name}[0] = {number}"),
            5 => format!("{name}.insert(0, {number})"),
            6 if self.chance(50) => format!("array.push({name}, {number})"),
            6 => format!("{name}.pop()"),
            7 => format!("{name}.push({})", self.argument(Kind::Flat, depth)),
            8 => format!("{name}[0] = {}", self.argument(Kind::Flat, depth)),
            9 => format!("{name}[0].push(1)"),
            10 => format!("{name}.p = {}", self.argument(Kind::Flat, depth)),
            11 => format!("{name}.add({number})"),
            12 if self.chance(50) => format!("{name}.swap()"),
            12 => format!("{name}.q.push(1)"),
            13 => format!("{name}.p = {}", self.argument(Kind::Flat, depth)),
            14 => format!("{name}[\"r\"] = {}", self.argument(Kind::Flat, depth)),
            15 => format!("{name}.remove(\"r\")"),
            16 => format!("{name}.kids.push({})", self.value(Kind::Tree, depth)),
            17 => format!("{name}.own.push(2)"),
            18 => format!("{name}.r = {}", self.argument(Kind::Record, depth)),
            19 => format!("{name}.r.p.push({number})"),
            _ => format!("arr_set({name}, 0, {})", self.argument(Kind::Flat, depth)),
        })
    }

    /// Something is read, most often deeply.
    fn look(&mut self, depth: usize) -> Option<String> {
        let kind = self.kind();
        Some(match self.random.u32(0..12) {
            0 => format!("print({} == {})", self.variable(kind)?, self.value(kind, 0)),
            1 => format!("print(\"n\" + {})", self.variable(kind)?),
            2 => format!("print(json.stringify({}))", self.variable(kind)?),
            3 => format!("print({} |> len)", self.variable(Kind::Flat)?),
            4 => format!("print(({}) != {})", self.chosen(kind), self.value(kind, 0)),
            5 => format!("print({})", self.chosen(kind)),
            6 => format!("print({})", self.text_of_anything(kind)?),
            7 => {
                let of = self.variable(Kind::Nested)?;
                format!("print(collections.includes({of}, {}))", self.argument(Kind::Flat, 0))
            }
            8 => format!("io.print({}, {})", self.variable(kind)?, self.argument(kind, 0)),
            _ => format!("print({})", self.value(kind, depth)),
        })
    }

    fn drop_something(&mut self) -> Option<String> {
        let kind = self.kind();
        let name = if self.chance(15) { self.inside() } else { self.variable(kind) }?;
        (kind != Kind::Text && self.wild(200)).then(|| format!("drop({name})"))
    }

    /// A variable is bound again, perhaps to a borrow, which ends what it owned.
    fn assign(&mut self, depth: usize) -> Option<String> {
        let kind = self.kind();
        let name = self.variable(kind)?;
        let value = if self.chance(30) { self.borrow(kind) } else { self.value(kind, depth) };
        Some(format!("{name} = {value}"))
    }

    fn call_lambda(&mut self, depth: usize) -> Option<String> {
        let lambda = self.pick(&self.scope.lambdas.clone())?;
        let argument = self.argument(Kind::Flat, depth);
        Some(if self.chance(8) { format!("({argument}) |> {lambda}") } else { format!("{lambda}({argument})") })
    }

    /// Compound assignment, of a variable, a field or an element.
    fn add_to(&mut self) -> Option<String> {
        let target = if self.chance(50) { self.inside() } else { self.variable(Kind::Flat) }?;
        Some(format!("{target} += {}", self.argument(Kind::Flat, 0)))
    }

    /// The text of something, which reads all of it.
    pub(super) fn text_of_anything(&mut self, kind: Kind) -> Option<String> {
        let of = self.variable(kind)?;
        Some(match self.random.u32(0..7) {
            0 => format!("conv.to_str({of})"),
            1 => format!("str.concat(\"n\", {of})"),
            2 => format!("str.join([{of}], \"-\")"),
            3 => format!("str.format(\"of {{}}\", {of})"),
            4 => format!("conv.text({of}, \"js\")"),
            5 => format!("json.stringify_pretty({of})"),
            _ => format!("str.concat({}, {of})", self.argument(Kind::Text, 0)),
        })
    }

    /// A new variable, of a value or of a borrow.
    pub(super) fn variable_declaration(&mut self, borrowed: bool) -> Vec<Line> {
        let kind = self.kind();
        let value = if borrowed { self.borrow(kind) } else { self.value(kind, 2) };
        // A second `let` of a name in the same block ends what the first one owned.
        let again = if self.chance(12) { self.variable(kind) } else { None };
        let name = again.unwrap_or_else(|| self.fresh());
        self.scope.variables.push((name.clone(), kind));
        vec![self.declaration(&name, &value, kind)]
    }

    pub(super) fn declaration(&mut self, name: &str, value: &str, kind: Kind) -> Line {
        Line::Let(format!("let {name} = {value}"), format!("let {name} = {}", self.literal(kind)))
    }

    /// A new variable that a branch decides.
    pub(super) fn chosen_declaration(&mut self) -> Vec<Line> {
        let kind = self.kind();
        if self.chance(25) {
            let value = self.chosen(kind);
            let name = self.declare(kind);
            return vec![self.declaration(&name, &value, kind)];
        }
        let (first, second) = (self.value(kind, 1), self.value(kind, 1));
        let condition = self.condition();
        let matched = self.chance(40);
        let name = self.declare(kind);
        let value = match matched {
            true => format!("match {} % 2 {{ 1 => ({first}), _ => ({second}) }}", self.bit()),
            false => format!("if {condition} {{ {first} }} else {{ {second} }}"),
        };
        vec![self.declaration(&name, &value, kind)]
    }

    /// A task is started: its arguments are copied.
    pub(super) fn start_task(&mut self) -> Vec<Line> {
        let functions: Vec<_> = self
            .reachable()
            .into_iter()
            .filter(|function| function.receiver.is_none() && !function.in_module)
            .collect();
        let of_program = self.pick(&functions);
        let (task, gives) = match self.random.u32(0..6) {
            0 => (format!("spawned({})", self.argument(Kind::Flat, 1)), Some(Kind::Flat)),
            1 if !self.place.in_module => {
                let record = self.argument(Kind::Record, 1);
                (format!("spawn twin({record}, {})", self.argument(Kind::Flat, 1)), Some(Kind::Record))
            }
            2 => (format!("spawn lent({})", self.argument(Kind::Flat, 1)), Some(Kind::Flat)),
            _ => match of_program.and_then(|function| Some((self.call(&function, 1)?, function.gives))) {
                Some((call, gives)) => (format!("spawn {call}"), gives),
                None => ("spawned([4])".to_owned(), Some(Kind::Flat)),
            },
        };
        let name = self.fresh();
        self.scope.tasks.push((name.clone(), gives));
        vec![Line::Let(format!("let {name} = {task}"), format!("let {name} = spawned([4])"))]
    }

    /// Most of the tasks that a block has started, but for the first `known`, are awaited at its end: what goes wrong in a
    /// task that nobody awaits is not seen.
    pub(super) fn await_rest(&mut self, known: usize) -> Vec<Line> {
        let started = self.scope.tasks.get(known..).unwrap_or_default().to_vec();
        started
            .into_iter()
            .filter_map(|(task, _)| self.chance(95).then(|| Line::text(format!("await {task}"))))
            .collect()
    }

    /// The result of a task is awaited.
    pub(super) fn await_task(&mut self) -> Vec<Line> {
        let Some((task, gives)) = self.pick(&self.scope.tasks.clone()) else { return self.start_task() };
        let name = self.fresh();
        if let Some(kind) = gives {
            self.scope.variables.push((name.clone(), kind));
        }
        vec![self.declaration(&name, &format!("await {task}"), gives.unwrap_or(Kind::Flat))]
    }
}
