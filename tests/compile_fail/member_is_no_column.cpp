// A type that Kin does not know needs a codec.
// expect: error: .*kin: a member of this type is no column: specialise kin::codec for it, or make it an aggregate
#include <kin/kin.hpp>

class Money {
  public:
    Money() = default;
    explicit Money(std::int64_t cents) : cents_{cents} {}
    [[nodiscard]] std::int64_t cents() const { return cents_; }

  private:
    std::int64_t cents_ = 0;
};

#ifdef KIN_COMPILES
template <>
struct kin::codec<Money> {
    using stored = std::int64_t;
    static stored to_stored(const Money& m) { return m.cents(); }
    static Money from_stored(stored s) { return Money{s}; }
};
#endif

struct Product {
    kin::key<Product> id{};
    Money price{};
};

void find(kin::session& s) { (void)s.query<Product>().all(); }
