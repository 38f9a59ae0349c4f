// What the relations of a session's objects have to show, as docs/loading.md says it: what the last query that
// returned an object asked of them.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "program.hpp"

namespace reading {

/// What was seen when a relation was read.
struct seen {
    bool was_loaded = false;  ///< before
    bool refused = false;     ///< raised_load
    std::size_t sent = 0;     ///< statements
    std::vector<object> members{};
    bool strict = false;
    bool pending = false;  ///< what is added and not flushed stands behind what is loaded
    bool known = false;    ///< to one: its target is here, and nothing hides it
};

class memory {
  public:
    memory(const world& now, std::function<bool(const object&, std::size_t)> is_loaded);

    // -- what happens

    /// Before a query: what is asked for from here on is `asked_for`.
    void begin() noexcept { asked_.clear(); }
    /// A query returned these.
    void returned(const std::vector<object>&, const std::vector<ask>&, std::optional<strategy> rest,
                  const std::vector<std::size_t>& only);
    /// s.load: nothing is said of other relations of the objects.
    void loaded(const std::vector<object>&, const ask&);
    void loaded_missing(const object&, std::size_t relation);
    /// An object came by its key.
    void met(const object&);
    /// Something was changed: what was a part then need not be one now.
    void changed();
    /// `by_hand`: keys, which relations follow.
    void flushed(bool by_hand);
    void rolled_back();
    void expired(const object&);
    void gone(const object&);
    void forgotten();

    // -- what is expected

    /// What the last query asked for, with its owners; the owners come first.
    [[nodiscard]] const std::vector<std::pair<object, std::size_t>>& asked_for() const noexcept { return asked_; }
    /// Before a touch, which may load the relation for others, too.
    void touching(const object&, std::size_t relation);
    /// Compares, and takes over what it was; the difference, or "".
    [[nodiscard]] std::string compared(const object&, std::size_t relation, const seen&);
    /// Whether nobody has asked for a part of it, or for anything but a touch as usual.
    [[nodiscard]] bool is_usual(const object&, std::size_t relation) const;
    /// The columns that the object must have read, as bits.
    [[nodiscard]] std::uint64_t columns(const object&) const;

  private:
    struct place {
        object owner{};
        std::size_t relation = 0;
        friend auto operator<=>(const place&, const place&) = default;
    };
    enum class content : std::uint8_t {
        as_said,  ///< as the strategy says at first touch; or so already, by a touch of another object
        whole,
        part,
        some  ///< a part of before a change: it is loaded, and nobody knows what it shows
    };
    struct possibility {
        content what = content::as_said;
        window how{};
        bool surely = false;   ///< it is loaded
        bool ordered = false;  ///< as `how` and the declaration say
    };
    struct state {
        std::vector<possibility> may{possibility{}};
        const ask* said = nullptr;  ///< of the touch, if a query said it
        std::optional<strategy> rest{};
        std::optional<strategy> below{};  ///< raise(all) and its like, of what a touch brings
        bool anything = false;            ///< not foretold
        bool haunted = false;             ///< nor what a touch says of others
    };
    struct saying {
        std::vector<const ask*> asks{};
        std::optional<strategy> rest{};
        std::optional<strategy> below{};
        bool unsure = false;
    };
    /// What one query (or touch) says of the objects that it returns.
    struct answer {
        std::map<place, saying> says{};
        std::set<place> conflicts{};
        std::map<object, std::uint64_t> read{};  ///< columns
        std::vector<std::pair<object, std::size_t>> asked{};
    };

    void say(answer&, const place&, const ask&, bool unsure) const;
    void walk(answer&, const std::set<object>&, const std::vector<ask>&, std::optional<strategy> rest,
              bool unsure) const;
    void walk(answer&, std::set<object>, const ask&, std::optional<strategy> rest, bool unsure) const;
    void take(answer&, bool maybe);
    template <class Walk>
    void take(const Walk&, bool maybe);
    void apply(const place&, const saying&, bool conflict, bool maybe);
    void apply_lazy(state&, strategy, const ask*);
    void apply_eager(state&, const relation&, const ask&);
    void apply_nothing(state&, bool maybe);
    static void unforeseen(state&);
    static void outdated(state&, const relation&);
    state& at(const place&);
    void haunt();
    void came(const std::vector<object>&, const state&);

    [[nodiscard]] bool in_order(const seen& what) const { return !what.pending && !(changes_ && what.was_loaded); }
    [[nodiscard]] static strategy how_of(const state& s) {
        return s.said != nullptr ? s.said->how : s.rest.value_or(strategy::batch);
    }
    [[nodiscard]] static window window_of(const state& s) { return s.said != nullptr ? s.said->part : window{}; }
    [[nodiscard]] bool comes_with_more(const relation&) const;
    [[nodiscard]] std::string fits(const place&, const possibility&, const state&, const seen&) const;
    [[nodiscard]] std::string same(const place&, const window&, bool ordered, const seen&) const;
    [[nodiscard]] std::uint64_t bits(std::size_t m, const std::vector<std::size_t>& only) const;

    const world& now_;
    std::function<bool(const object&, std::size_t)> is_loaded_;
    std::vector<ask> declared_{};  ///< relations that come with their owners
    mutable std::vector<const ask*> path_{};
    std::map<place, state> states_{};
    std::map<place, state> removed_{};  ///< of objects that went since the last rollback
    std::map<object, std::uint64_t> columns_{};
    std::vector<std::pair<object, std::size_t>> asked_{};
    std::vector<place> siblings_{};   ///< they come with what is touched
    std::vector<place> strangers_{};  ///< of whom nobody knows whether they do
    bool haunted_ = false;            ///< what is said of objects that are not known yet is not foretold
    bool changes_ = false;            ///< what was added stands behind what was loaded
};

}  // namespace reading
