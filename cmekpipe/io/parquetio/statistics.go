package parquetio

import (
	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/encoding"
	"github.com/xitongsys/parquet-go/parquet"
)

// statistics are what readers skip row groups by, so they must be right or absent.
type statistics struct {
	column   column
	order    common.FuncTable // nil if there are to be no bounds
	nulls    int64
	min, max any
}

// newStatistics keeps bounds of integers and short text only: the order of other types is unsettled, or has exceptions
// such as NaN.
func newStatistics(c column) statistics {
	s := statistics{column: c}
	e := c.element
	decimal := e.ConvertedType != nil && e.GetConvertedType() == parquet.ConvertedType_DECIMAL ||
		e.LogicalType != nil && e.LogicalType.DECIMAL != nil
	switch e.GetType() {
	case parquet.Type_INT32, parquet.Type_INT64:
	case parquet.Type_BYTE_ARRAY:
		if decimal {
			return s
		}
	default:
		return s
	}
	if !c.tag.OmitStats {
		s.order = order(e)
	}
	return s
}

// order returns the order of a column's values, or nil if the library has none.
func order(e *parquet.SchemaElement) (f common.FuncTable) {
	defer func() {
		if recover() != nil {
			f = nil
		}
	}()
	return common.FindFuncTable(e.Type, e.ConvertedType, e.LogicalType)
}

func (s *statistics) add(value any) {
	if s.order == nil {
		return
	}
	if text, ok := value.(string); ok && len(text) > maxBound {
		s.order, s.min, s.max = nil, nil, nil
		return
	}
	if s.min == nil || s.order.LessThan(value, s.min) {
		s.min = value
	}
	if s.max == nil || s.order.LessThan(s.max, value) {
		s.max = value
	}
}

// footer returns what stands in a file's footer.
func (s *statistics) footer() *parquet.Statistics {
	if s.column.tag.OmitStats {
		return nil
	}
	f := parquet.NewStatistics()
	f.NullCount = &s.nulls
	if s.min != nil {
		f.MinValue, f.MaxValue = s.plain(s.min), s.plain(s.max)
	}
	return f
}

// plain encodes a value as statistics have it: text without its length.
func (s *statistics) plain(value any) []byte {
	if text, ok := value.(string); ok {
		return []byte(text)
	}
	return encoding.WritePlain([]any{value}, s.column.element.GetType())
}
