package sql

import (
	"math"
	"math/big"
)

// numberCall has the functions of numbers.
func (b *binder) numberCall(name string, args []compiled) (compiled, bool) {
	if name == "MOD" && len(args) == 2 && args[0].typ.is(Int64) && args[1].typ.is(Int64) {
		return strict(scalar(Int64), func(v []Value) (Value, error) {
			if v[1].(int64) == 0 {
				return nil, fault("division by zero: MOD")
			}
			return v[0].(int64) % v[1].(int64), nil
		}, args...), true
	}
	if len(args) == 0 || !args[0].typ.isNumeric() {
		return compiled{}, false
	}
	x := args[0]
	switch {
	case name == "ABS" && len(args) == 1:
		return strict(x.typ, func(v []Value) (Value, error) {
			if compare(v[0], zero(v[0])) < 0 {
				return negate(v)
			}
			return v[0], nil
		}, x), true
	case name == "ROUND" && len(args) <= 2, (name == "FLOOR" || name == "CEIL" || name == "CEILING") && len(args) == 1:
		if len(args) == 2 && !args[1].typ.is(Int64) {
			return compiled{}, false
		}
		if x.typ.is(Int64) {
			args[0] = castTo(x, Float64, false)
		}
		return strict(args[0].typ, func(v []Value) (Value, error) { return round(name, v, args[0].typ.Kind) }, args...), true
	}
	return compiled{}, false
}

func zero(like Value) Value {
	switch like.(type) {
	case int64:
		return int64(0)
	case float64:
		return 0.0
	}
	return new(big.Rat)
}

// round rounds to digits behind the point, halves away from zero, or to the next integer below or above.
func round(name string, v []Value, k Kind) (Value, error) {
	var digits int64
	if len(v) > 1 {
		digits = min(max(v[1].(int64), -400), 400)
	}
	if f, ok := v[0].(float64); ok {
		switch name {
		case "FLOOR":
			return math.Floor(f), nil
		case "CEIL", "CEILING":
			return math.Ceil(f), nil
		}
		if digits == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
			return math.Round(f), nil
		}
		rounded, _ := roundTo(new(big.Rat).SetFloat64(f), digits).Float64()
		return rounded, nil
	}
	r := v[0].(*big.Rat)
	half := big.NewRat(1, 2)
	switch name {
	case "FLOOR":
		return fit(new(big.Rat).SetInt(new(big.Int).Div(r.Num(), r.Denom())), k)
	case "CEIL", "CEILING":
		below := new(big.Rat).SetInt(new(big.Int).Div(r.Num(), r.Denom()))
		if below.Cmp(r) < 0 {
			below.Add(below, half.SetInt64(1))
		}
		return fit(below, k)
	}
	return fit(roundTo(r, digits), k)
}

func roundTo(r *big.Rat, digits int64) *big.Rat {
	shift := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(max(digits, -digits)), nil))
	if digits < 0 {
		shift.Inv(shift)
	}
	whole := new(big.Rat).SetInt(roundAway(new(big.Rat).Mul(r, shift)))
	return whole.Quo(whole, shift)
}
