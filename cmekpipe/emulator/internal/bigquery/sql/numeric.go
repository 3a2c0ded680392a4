package sql

import (
	"math"
	"math/big"
	"strings"
)

// scale returns how many digits of a decimal kind stand behind the point.
// Source: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types.
func scale(k Kind) int {
	if k == BigNumeric {
		return 38
	}
	return 9
}

// fit rounds a number to what a decimal kind holds, halves away from zero, and refuses one that is too large.
func fit(r *big.Rat, k Kind) (*big.Rat, error) {
	digits := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale(k))), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(digits))
	whole := roundAway(scaled)
	limit := new(big.Int).Lsh(big.NewInt(1), 255)
	least := new(big.Int).Neg(limit) // of BIGNUMERIC; that of NUMERIC is one more than minus its limit
	if k == Numeric {
		limit.Exp(big.NewInt(10), big.NewInt(38), nil)
		least.Sub(big.NewInt(1), limit)
	}
	if whole.Cmp(limit) >= 0 || whole.Cmp(least) < 0 {
		return nil, fault(strings.ToLower(string(k)) + " overflow")
	}
	return new(big.Rat).SetFrac(whole, digits), nil
}

// roundAway rounds to the nearest integer, halves away from zero.
func roundAway(r *big.Rat) *big.Int {
	half := big.NewRat(int64(r.Sign()), 2)
	sum := new(big.Rat).Add(r, half)
	return new(big.Int).Quo(sum.Num(), sum.Denom())
}

// decimalText writes a decimal without trailing zeros.
func decimalText(r *big.Rat, k Kind) string {
	text := r.FloatString(scale(k))
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// parseDecimal reads a decimal number: digits, a point, an exponent. It refuses an exponent that would take long.
func parseDecimal(s string, k Kind) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 200 || span(s, func(c byte) bool { return isDigit(c) || strings.IndexByte("+-.eE", c) >= 0 }) != len(s) {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 5 {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, false
	}
	r, err := fit(r, k)
	return r, err == nil
}

// addInt, subInt and mulInt report false when the result is no int64.
func addInt(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}

func subInt(a, b int64) (int64, bool) {
	difference := a - b
	return difference, (difference < a) == (b > 0)
}

func mulInt(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product := a * b
	return product, product/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}
