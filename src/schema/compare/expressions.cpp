// A parser by precedence that writes what it reads with all parentheses, and nothing where it does not follow.
#include "expressions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "literals.hpp"
#include "tokens.hpp"
#include "types.hpp"

namespace kin::schema::comparing {

namespace {

// How tightly operators bind. The databases differ in where || stands, and in whether < binds before =.
enum binding : int {
    loosest = 0,
    by_or = 10,
    by_and = 20,
    by_not = 30,
    by_is = 35,
    by_equality = 40,
    by_order = 45,
    by_other = 50,
    by_sum = 60,
    by_product = 70,
    by_power = 75,
    by_concat = 80,
    by_sign = 85,
    by_collation = 95,
    by_cast = 100,
};

constexpr int deepest = 200;

struct not_followed {};

enum class operand : std::uint8_t { other, literal, column, conjunction, disjunction };

struct piece {
    std::string text{};
    operand kind = operand::other;
    std::vector<std::string> list{};  ///< of AND, OR: what it joins
    std::string cast{};               ///< of a literal: with the cast that is left out
};

std::string joined_by(const std::vector<std::string>& parts, std::string_view between) {
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) text += between;
        text += part;
    }
    return text;
}

class expression_reader {
  public:
    expression_reader(std::vector<token> tokens, const sql::dialect& d, const sql::table_definition* of)
        : tokens_{std::move(tokens)},
          dialect_{d},
          of_{of},
          sqlite_{&d == &sql::sqlite_dialect()},
          mariadb_{&d == &sql::mariadb_dialect()} {}

    std::string whole() {
        piece p = expression(loosest);
        if (at_ != tokens_.size()) throw not_followed{};
        return p.text;
    }

  private:
    [[nodiscard]] bool sees(std::string_view what, std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].is(what);
    }
    bool take(std::string_view what) {
        if (!sees(what)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view what) {
        if (!take(what)) throw not_followed{};
    }
    const token& next() {
        if (at_ >= tokens_.size()) throw not_followed{};
        return tokens_[at_++];
    }

    piece expression(int at_least) {
        if (++depth_ > deepest) throw not_followed{};
        piece left = prefix();
        while (at_ < tokens_.size() && infix(left, at_least)) {
        }
        --depth_;
        return left;
    }

    static piece binary(const piece& a, std::string_view op, const piece& b) {
        return {'(' + a.text + ' ' + std::string{op} + ' ' + b.text + ')'};
    }

    static piece chain(piece a, bool conjunction, piece b) {
        const operand kind = conjunction ? operand::conjunction : operand::disjunction;
        piece result{.kind = kind};
        for (piece* p : {&a, &b}) {
            if (p->kind == kind) {
                result.list.insert(result.list.end(), p->list.begin(), p->list.end());
            } else {
                result.list.push_back(std::move(p->text));
            }
        }
        result.text = '(' + joined_by(result.list, conjunction ? " and " : " or ") + ')';
        return result;
    }

    [[nodiscard]] int binding_of(std::string_view op) const {
        if (op == "or") return by_or;
        if (op == "and") return by_and;
        if (op == "=" || op == "==" || op == "<>" || op == "!=") return by_equality;
        if (op == "<=>") return mariadb_ ? by_equality : -1;
        if (op == "<" || op == ">" || op == "<=" || op == ">=") return sqlite_ ? by_order : by_equality;
        if (op == "||") return sqlite_ || mariadb_ ? by_concat : by_other;
        if (op == "+" || op == "-") return by_sum;
        if (op == "*" || op == "/" || op == "%") return by_product;
        if (op == "^" && !sqlite_) return by_power;
        static constexpr std::array<std::string_view, 21> others{"->>", "#>>", "!~~*", "!~~", "~~*", "!~*", "->",
                                                                 "#>",  "<<",  ">>",   "@>",  "<@",  "&&",  "~~",
                                                                 "!~",  "~*",  "?|",   "?&",  "@@",  "&",   "|"};
        if (std::ranges::find(others, op) != others.end())
            return sqlite_ && op.starts_with("->") ? by_concat : by_other;
        if ((op == "~" || op == "#" || op == "?") && !sqlite_) return by_other;
        return -1;
    }

    bool infix(piece& left, int at_least) {
        const token& t = tokens_[at_];
        if (t.kind == token_kind::symbol) return symbol(left, at_least);
        if (t.kind != token_kind::word) return false;
        if (t.is("and") || t.is("or")) {
            const bool conjunction = t.is("and");
            const int level = conjunction ? by_and : by_or;
            if (level < at_least) return false;
            ++at_;
            left = chain(std::move(left), conjunction, expression(level + 1));
            return true;
        }
        if (t.is("collate")) {
            if (by_collation < at_least) return false;
            ++at_;
            left = {'(' + left.text + " collate " + next().text + ')'};
            return true;
        }
        if (mariadb_ && (t.is("mod") || t.is("div"))) {
            if (by_product < at_least) return false;
            ++at_;
            left = binary(left, t.is("mod") ? "%" : "div", expression(by_product + 1));
            return true;
        }
        if (t.is("is")) return is(left, at_least);
        if (t.is("isnull") || t.is("notnull")) {
            if (by_equality < at_least) return false;
            left = {'(' + left.text + (t.is("isnull") ? " is null)" : " is not null)")};
            ++at_;
            return true;
        }
        return named_comparison(left, at_least);
    }

    bool symbol(piece& left, int at_least) {
        const std::string op = tokens_[at_].text;
        if (op == "::") {
            if (by_cast < at_least) return false;
            ++at_;
            left = cast(left, type());
            return true;
        }
        if (op == "[" && !sqlite_) {
            ++at_;
            const piece index = expression(loosest);
            expect("]");
            left = {left.text + '[' + index.text + ']'};
            return true;
        }
        const int level = binding_of(op);
        if (level < 0 || level < at_least) return false;
        ++at_;
        if ((op == "=" || op == "<>") && (sees("any") || sees("all"))) {
            const bool any = sees("any");
            ++at_;
            expect("(");
            piece list = expression(loosest);
            expect(")");
            // What PostgreSQL writes for IN and NOT IN.
            if (list.text.starts_with("array[") && any == (op == "=")) {
                left = {'(' + left.text + (any ? " in (" : " not in (") + list.text.substr(6, list.text.size() - 7) +
                        "))"};
            } else {
                left = {'(' + left.text + ' ' + op + (any ? " any(" : " all(") + list.text + "))"};
            }
            return true;
        }
        piece right = expression(level + 1);
        // Between two literals, the casts say what is computed: 1::numeric / 2 is no 1 / 2.
        if (level >= by_sum && left.kind == operand::literal && right.kind == operand::literal) {
            for (piece* p : {&left, &right}) {
                if (!p->cast.empty()) p->text = p->cast;
            }
        }
        if (op == "~~") {
            left = binary(left, "like", right);
        } else if (op == "!~~") {
            left = binary(left, "not like", right);
        } else if (op == "~~*") {
            left = binary(left, "ilike", right);
        } else {
            left = binary(left, op == "==" ? "=" : op == "!=" ? "<>" : std::string_view{op}, right);
        }
        return true;
    }

    bool is(piece& left, int at_least) {
        const int level = sqlite_ ? by_equality : by_is;
        if (level < at_least) return false;
        ++at_;
        std::string op = "is";
        if (take("not")) op += " not";
        if (take("distinct")) {
            expect("from");
            op += " distinct from";
        }
        if (!sqlite_ && (sees("null") || sees("true") || sees("false") || sees("unknown"))) {
            left = {'(' + left.text + ' ' + op + ' ' + next().text + ')'};
        } else {
            left = binary(left, op, expression(level + 1));
        }
        return true;
    }

    bool named_comparison(piece& left, int at_least) {
        const bool negated = sees("not");
        const std::size_t ahead = negated ? 1 : 0;
        const int level = sqlite_ || mariadb_ ? by_equality : by_order;
        if (level < at_least) return false;
        static constexpr std::array<std::string_view, 5> patterns{"like", "ilike", "glob", "regexp", "match"};
        for (const std::string_view word : patterns) {
            if (!sees(word, ahead)) continue;
            at_ += ahead + 1;
            left = binary(left, (negated ? "not " : "") + std::string{word}, expression(level + 1));
            if (take("escape")) left.text += " escape " + expression(level + 1).text;
            return true;
        }
        if (sees("between", ahead)) {
            at_ += ahead + 1;
            const piece low = expression(level + 1);
            expect("and");
            const piece high = expression(level + 1);
            left = negated ? chain(binary(left, "<", low), false, binary(left, ">", high))
                           : chain(binary(left, ">=", low), true, binary(left, "<=", high));
            return true;
        }
        if (!sees("in", ahead)) return false;
        at_ += ahead + 1;
        expect("(");
        const std::string list = arguments(")");
        left = {'(' + left.text + (negated ? " not in (" : " in (") + list + "))"};
        return true;
    }

    /// Expressions up to what closes them.
    std::string arguments(std::string_view close, bool* all_literals = nullptr) {
        std::vector<std::string> parts;
        if (take(close)) return {};
        do {
            piece p = expression(loosest);
            if (all_literals != nullptr) *all_literals &= p.kind == operand::literal;
            parts.push_back(std::move(p.text));
        } while (take(","));
        expect(close);
        return joined_by(parts, ", ");
    }

    std::string type() {
        std::string text;
        const auto add = [&] { text += (text.empty() ? "" : " ") + next().text; };
        const token& first = next();
        if (!first.is_name()) throw not_followed{};
        text = first.text;
        if (take(".")) text += '.' + next().text;
        if (text == "double" && sees("precision")) add();
        if ((text == "character" || text == "bit") && sees("varying")) add();
        if (take("(")) {
            text += '(';
            while (!sees(")")) text += next().text;
            ++at_;
            text += ')';
        }
        if ((sees("with") || sees("without")) && sees("time", 1)) {
            for (int i = 0; i < 3; ++i) add();
        }
        while (mariadb_ && (sees("charset") || sees("character"))) {
            at_ += sees("charset") ? 1 : 2;
            (void)next();
        }
        while (sees("[") && sees("]", 1)) {
            at_ += 2;
            text += "[]";
        }
        // A literal of character(n) comes back with this one, which has no length.
        return text == "bpchar" ? "character" : canonical_type(text, dialect_);
    }

    piece cast(const piece& value, const std::string& to) const {
        piece whole{"cast(" + value.text + " as " + to + ')'};
        if (sqlite_ || mariadb_) return whole;
        if (value.kind == operand::literal) {
            if (std::optional<std::string> bare = without_cast(value.text, to))
                return {.text = std::move(*bare), .kind = operand::literal, .cast = std::move(whole.text)};
            return whole;
        }
        const bool text = to == "text" || to == "character varying";
        return text && value.kind == operand::column && is_text(value.text) ? value : whole;
    }

    /// Whether a column is a text anyway. One that nobody knows is taken for one.
    [[nodiscard]] bool is_text(const std::string& column) const {
        if (of_ == nullptr) return true;
        const std::string name = column.substr(column.rfind('.') + 1);
        return std::ranges::any_of(of_->columns, [&](const sql::column_definition& c) {
            if (folded(c.name, dialect_) != name) return false;
            const std::string type = canonical_type(c.type, dialect_);
            return type == "text" || type.starts_with("character varying");
        });
    }

    piece prefix() {
        const token& t = next();
        switch (t.kind) {
            case token_kind::number:
                return {mariadb_ ? without_last_zeros(t.text) : t.text, operand::literal};
            case token_kind::text:
                return {t.text, operand::literal};
            case token_kind::quoted:
                return name(t.text);
            case token_kind::symbol:
                return signed_or_bracketed(t);
            case token_kind::word:
                break;
        }
        return word(t.text);
    }

    piece signed_or_bracketed(const token& t) {
        if (t.is("-") || t.is("+")) {
            const bool minus = t.is("-");
            piece p = expression(by_sign);
            if (!minus) return p;
            if (p.kind == operand::literal && p.text.front() != '\'' && p.text.front() != '-') {
                const std::string with = p.cast.empty() ? std::string{} : "(- " + p.cast + ')';
                return {.text = '-' + p.text, .kind = operand::literal, .cast = with};
            }
            return {"(- " + p.text + ')'};
        }
        if (t.is("~")) return {"(~ " + expression(by_sign).text + ')'};
        if (!t.is("(")) throw not_followed{};
        piece p = expression(loosest);
        if (sees(",")) {
            ++at_;
            return {"row(" + p.text + ", " + arguments(")") + ')'};
        }
        expect(")");
        return p;
    }

    piece word(const std::string& text) {
        if (mariadb_) {
            if (std::optional<piece> moment = moment_now(text)) return std::move(*moment);
            // _utf8mb4'…': the characters that a text is written in.
            if (text.starts_with('_') && at_ < tokens_.size() && tokens_[at_].kind == token_kind::text)
                return {next().text, operand::literal};
        }
        if (text == "not") return {"(not " + expression(by_not).text + ')'};
        if (text == "null" || text == "current_timestamp" || text == "current_date" || text == "current_time")
            return {text, operand::literal};
        if (text == "true" || text == "false")
            return {sqlite_ || mariadb_ ? (text == "true" ? "1" : "0") : text, operand::literal};
        if (text == "case") return cases();
        if (text == "cast") {
            expect("(");
            const piece value = expression(loosest);
            expect("as");
            const std::string to = type();
            expect(")");
            return cast(value, to);
        }
        if (text == "array" && take("[")) {
            bool literals = true;
            const std::string list = arguments("]", &literals);
            return {"array[" + list + ']', literals ? operand::literal : operand::other};
        }
        static constexpr std::array<std::string_view, 10> statements{"select", "exists", "with",    "from", "where",
                                                                     "order",  "filter", "extract", "row",  "interval"};
        if (std::ranges::find(statements, text) != statements.end()) throw not_followed{};
        return name(text);
    }

    /// `now()`, `CURRENT_TIMESTAMP`, `current_timestamp(6)` of MariaDB in one spelling.
    std::optional<piece> moment_now(const std::string& text) {
        static constexpr std::array<std::string_view, 4> moments{"current_timestamp", "now", "localtime",
                                                                 "localtimestamp"};
        const bool bare = text != "now" && text != "curdate" && text != "curtime";
        const bool day = text == "current_date" || text == "curdate";
        const bool time = text == "current_time" || text == "curtime";
        if (!day && !time && std::ranges::find(moments, text) == moments.end()) return std::nullopt;
        if (!bare && !sees("(")) return std::nullopt;
        std::string digits;
        if (take("(")) {
            if (!sees(")")) digits = next().text;
            expect(")");
        }
        if (digits == "0") digits.clear();
        const std::string name = day ? "current_date" : time ? "current_time" : "current_timestamp";
        return piece{digits.empty() ? name : name + '(' + digits + ')', operand::literal};
    }

    piece cases() {
        std::string text = "case";
        if (!sees("when")) text += ' ' + expression(loosest).text;
        while (take("when")) {
            text += " when " + expression(loosest).text;
            expect("then");
            text += " then " + expression(loosest).text;
        }
        if (take("else")) text += " else " + expression(loosest).text;
        expect("end");
        return {'(' + text + ')'};
    }

    piece name(std::string text) {
        while (take(".")) text += '.' + next().text;
        if (!take("(")) {
            // date '2020-01-01'
            if (!sqlite_ && at_ < tokens_.size() && tokens_[at_].kind == token_kind::text)
                return cast({next().text, operand::literal}, canonical_type(text, dialect_));
            return {std::move(text), operand::column};
        }
        if (mariadb_) text = mariadb_function(text);
        if (text.starts_with("pg_catalog.")) text.erase(0, std::string_view{"pg_catalog."}.size());
        if (take("*")) {
            expect(")");
            return {text + "(*)"};
        }
        return {text + '(' + arguments(")") + ')'};
    }

    std::vector<token> tokens_;
    const sql::dialect& dialect_;
    const sql::table_definition* of_;
    bool sqlite_;
    bool mariadb_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

std::string as_words(const std::vector<token>& tokens) {
    std::string text;
    for (const token& t : tokens) {
        if (!text.empty()) text += ' ';
        text += t.text;
    }
    return text;
}

}  // namespace

std::string canonical_expression(std::string_view sql, const sql::dialect& d, const sql::table_definition* of) {
    std::vector<token> tokens = tokens_of(sql, d);
    if (tokens.empty()) return {};
    try {
        return expression_reader{tokens, d, of}.whole();
    } catch (const not_followed&) {
        return as_words(tokens);
    }
}

std::string canonical_words(std::string_view sql, const sql::dialect& d) {
    std::vector<token> tokens = tokens_of(sql, d);
    while (!tokens.empty() && tokens.back().is(";")) tokens.pop_back();
    return as_words(tokens);
}

}  // namespace kin::schema::comparing
