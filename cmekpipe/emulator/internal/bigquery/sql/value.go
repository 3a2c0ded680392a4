package sql

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"cloud.google.com/go/civil"
)

// compare orders two values of one kind, neither NULL. NaN is the smallest float.
func compare(a, b Value) int {
	switch x := a.(type) {
	case bool:
		return cmp.Compare(toInt(x), toInt(b.(bool)))
	case int64:
		return cmp.Compare(x, b.(int64))
	case float64:
		return cmp.Compare(x, b.(float64))
	case *big.Rat:
		return x.Cmp(b.(*big.Rat))
	case string:
		return strings.Compare(x, b.(string))
	case []byte:
		return bytes.Compare(x, b.([]byte))
	case civil.Date:
		return x.Compare(b.(civil.Date))
	case civil.Time:
		return x.Compare(b.(civil.Time))
	case civil.DateTime:
		return x.Compare(b.(civil.DateTime))
	case time.Time:
		return x.Compare(b.(time.Time))
	}
	return 0
}

// isNaN reports whether a value is a float that is no number, which equals nothing.
func isNaN(v Value) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

func toInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// appendKey appends what tells a value from all others of its kind, NULL included, for grouping and joining.
func appendKey(key []byte, v Value) []byte {
	if v == nil {
		return append(key, 0)
	}
	key = append(key, 1)
	switch x := v.(type) {
	case bool:
		return append(key, byte(toInt(x)))
	case int64:
		return binary.BigEndian.AppendUint64(key, uint64(x))
	case float64:
		if x == 0 {
			x = 0 // minus zero is zero
		}
		return binary.BigEndian.AppendUint64(key, math.Float64bits(x))
	case time.Time:
		return binary.BigEndian.AppendUint64(key, uint64(x.UnixMicro()))
	case []Value:
		key = binary.AppendUvarint(key, uint64(len(x)))
		for _, element := range x {
			key = appendKey(key, element)
		}
		return key
	case string:
		return append(binary.AppendUvarint(key, uint64(len(x))), x...)
	case []byte:
		return append(binary.AppendUvarint(key, uint64(len(x))), x...)
	}
	text := fmt.Sprint(v) // civil types and rationals print in one way only
	return append(binary.AppendUvarint(key, uint64(len(text))), text...)
}
