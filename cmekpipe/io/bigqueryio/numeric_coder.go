package bigqueryio

import (
	"fmt"
	"io"
	"math/big"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/coder"
)

// rational carries numbers of the type big.Rat between the steps of a pipeline. Beam's own row coder treats them as
// structs without exported fields, so that every NUMERIC would become 0.
type rational struct{}

// rationalRow is how a number looks in Beam's schemas.
type rationalRow struct{ Text string }

func registerRational() {
	beam.RegisterSchemaProvider(reflect.TypeFor[big.Rat](), rational{})
}

// FromLogicalType implements beam.SchemaProvider.
func (rational) FromLogicalType(reflect.Type) (reflect.Type, error) {
	return reflect.TypeFor[rationalRow](), nil
}

// BuildEncoder implements beam.SchemaProvider.
func (rational) BuildEncoder(reflect.Type) (func(any, io.Writer) error, error) {
	return func(x any, w io.Writer) error {
		n, ok := x.(big.Rat)
		if !ok {
			return fmt.Errorf("got %T, want a big.Rat", x)
		}
		if err := coder.WriteSimpleRowHeader(1, w); err != nil {
			return err
		}
		return coder.EncodeStringUTF8(n.RatString(), w)
	}, nil
}

// BuildDecoder implements beam.SchemaProvider.
func (rational) BuildDecoder(reflect.Type) (func(io.Reader) (any, error), error) {
	return func(r io.Reader) (any, error) {
		if err := coder.ReadSimpleRowHeader(1, r); err != nil {
			return nil, err
		}
		text, err := coder.DecodeStringUTF8(r)
		if err != nil {
			return nil, err
		}
		var n big.Rat
		if _, ok := n.SetString(text); !ok {
			return nil, fmt.Errorf("got %d bytes that are not a number", len(text))
		}
		return n, nil
	}, nil
}
