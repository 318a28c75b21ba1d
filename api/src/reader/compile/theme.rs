//! Themes of feedback, and what stands behind them: of what the viewer sees.

use crate::{
    dataset::{Entity, Kind, dataset},
    error::ApiError,
};

use super::{
    super::feedback::Asked,
    Compiler,
    condition::{all, table},
    row::misuse,
};

impl Compiler<'_> {
    /// What was said in the period under each theme, as it is written: an array.
    pub(in crate::reader) fn root_themes(&mut self, asked: &Asked) -> Result<(), ApiError> {
        self.by_scope = true;
        let feedback = dataset().target("Feedback")?;
        let mut conditions = self.given_in_period(feedback, asked)?;
        conditions.push("f.\"theme\" IS NOT NULL".to_owned());
        let themes = format!(
            "SELECT f.\"theme\" AS theme, count(*) AS n, \
             sum(CASE WHEN f.\"state\" IN ('VERIFIED', 'DECLINED') THEN 0 ELSE 1 END) AS opened, \
             count(f.\"sentiment\") AS moods, coalesce(sum(f.\"sentiment\"), 0) AS mood, \
             max(f.\"created_at\") AS last_at FROM {}{} GROUP BY f.\"theme\"",
            table(feedback, "f"),
            all(&conditions)
        );
        let object = format!(
            "{}('theme', g.theme, 'count', g.n, 'open', g.opened, 'moods', g.moods, 'mood', g.mood, \
             'last_at', {})",
            self.dialect.object_function(),
            self.dialect.instant("g.last_at")
        );
        let list = self.dialect.list(&object, None, None);
        let list = self.dialect.text(&list);
        self.sql = format!("SELECT {list} FROM ({themes}) AS g");
        Ok(())
    }

    /// What stands behind `themes`, which are told apart by their numbers: an object. A company is behind a theme where
    /// feedback is about it, or about its lead or deal; each of its open deals counts once for the theme.
    pub(in crate::reader) fn root_behind(
        &mut self,
        asked: &Asked,
        themes: &[(String, usize)],
        amounts: Option<&str>,
    ) -> Result<(), ApiError> {
        self.by_scope = true;
        let feedback = dataset().target("Feedback")?;
        let rows = themes.iter().map(|(theme, number)| {
            let theme = self.bind(theme.as_str());
            format!("({theme}, {number})")
        });
        let rows: Vec<String> = rows.collect();
        let conditions = self.given_in_period(feedback, asked)?;
        let said = format!(
            "SELECT v.column2 AS k, f.\"account_id\", f.\"lead_id\", f.\"opportunity_id\" \
             FROM (VALUES {}) AS v JOIN {} ON f.\"theme\" = v.column1{}",
            rows.join(", "),
            table(feedback, "f"),
            all(&conditions)
        );
        let behind = self.accounts_behind()?;
        let deals = self.deals_behind(amounts)?;
        let object = self.dialect.object_function();
        let accounts = format!("{object}('theme', g.k, 'count', g.n)");
        let accounts = format!(
            "(SELECT {} FROM (SELECT b.k AS k, count(*) AS n FROM b GROUP BY b.k) AS g)",
            self.dialect.list(&accounts, None, None)
        );
        let json = format!("{object}('accounts', {accounts}, 'deals', {deals})");
        self.sql = format!(
            "WITH f AS ({said}), b AS ({behind}) SELECT {}",
            self.dialect.text(&json)
        );
        Ok(())
    }

    /// The conditions for feedback at `f` that was given in the period.
    fn given_in_period(
        &mut self,
        feedback: &Entity,
        asked: &Asked,
    ) -> Result<Vec<String>, ApiError> {
        let mut conditions = self.visible(feedback, "f")?;
        let before = |at| self.dialect.is_before("f.\"created_at\"", at);
        conditions.push(format!("NOT ({})", before(asked.from)));
        conditions.push(before(asked.to));
        conditions.extend(self.feedback_like(asked));
        Ok(conditions)
    }

    /// The conditions for feedback at `f` of the direction and the kind that are asked for.
    pub(super) fn feedback_like(&mut self, asked: &Asked) -> Vec<String> {
        let asked = [("direction", &asked.direction), ("kind", &asked.kind)];
        let said = asked.into_iter().filter_map(|(column, value)| {
            let value = self.bind(value.as_deref()?);
            Some(format!("f.\"{column}\" = {value}"))
        });
        said.collect()
    }

    /// The companies behind the feedback of `f`, each once for a theme.
    fn accounts_behind(&mut self) -> Result<String, ApiError> {
        let mut arms = vec!["SELECT f.k AS k, f.\"account_id\" AS account FROM f".to_owned()];
        for (noun, key) in [("Lead", "lead_id"), ("Opportunity", "opportunity_id")] {
            let entity = dataset().target(noun)?;
            let conditions = self.visible(entity, "w")?;
            arms.push(format!(
                "SELECT f.k, w.\"account_id\" FROM f JOIN {} ON w.\"id\" = f.\"{key}\"{}",
                table(entity, "w"),
                all(&conditions)
            ));
        }
        let account = dataset().target("Account")?;
        let conditions = self.visible(account, "a")?;
        Ok(format!(
            "SELECT u.k AS k, u.account AS account FROM ({}) AS u JOIN {} ON a.\"id\" = u.account{}",
            arms.join(" UNION "),
            table(account, "a"),
            all(&conditions)
        ))
    }

    /// The open deals of the companies of `b`, by theme and currency: an array.
    fn deals_behind(&mut self, amounts: Option<&str>) -> Result<String, ApiError> {
        let deal = dataset().target("Opportunity")?;
        let field = deal.find("amount");
        let field = field.ok_or_else(|| ApiError::internal("a deal has no amount"))?;
        let Kind::Money { minor, currency } = field.kind else {
            return Err(misuse(field));
        };
        let object = self.dialect.object_function();
        let mut columns = vec!["b.k AS k".to_owned(), "count(*) AS n".to_owned()];
        let (mut parts, mut by) = (String::new(), String::new());
        if let Some(path) = amounts {
            self.refuse_masked(field, deal, path)?;
            columns.push(format!("d.\"{currency}\" AS c"));
            let total = self.dialect.total(&format!("d.\"{minor}\""), "m");
            let total = total.into_iter();
            columns.extend(total.map(|(value, name)| format!("{value} AS {name}")));
            by = format!(", d.\"{currency}\"");
            let decimal = |digits| self.dialect.total_decimal("g.m", digits);
            parts = format!(
                ", 'currency', g.c, 'amount', {}, 'minor', {}",
                Self::by_digits("g.c", decimal),
                self.dialect.total_decimal("g.m", 0)
            );
        }
        let mut conditions = self.visible(deal, "d")?;
        conditions.push("d.\"stage\" NOT IN ('CLOSED_WON', 'CLOSED_LOST')".to_owned());
        let row = format!("{object}('theme', g.k, 'count', g.n{parts})");
        Ok(format!(
            "(SELECT {} FROM (SELECT {} FROM b JOIN {} ON d.\"account_id\" = b.account{} GROUP BY b.k{by}) AS g)",
            self.dialect.list(&row, None, None),
            columns.join(", "),
            table(deal, "d"),
            all(&conditions)
        ))
    }
}
