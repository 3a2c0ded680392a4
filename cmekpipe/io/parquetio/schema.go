package parquetio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/schema"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// shape is the Parquet schema of a Go type.
type shape struct {
	t       reflect.Type
	handler *schema.SchemaHandler
	// elements are the schema as it stands in files: under the names that tags give.
	elements []*parquet.SchemaElement
	columns  []column
	// full is a row that has a value in each column.
	full any
}

// column is one of the leaves of a schema.
type column struct {
	// in is the library's name for the column, made of the names of fields.
	in string
	// path is the column's name in files, without the root.
	path []string
	// element describes how values are stored, and tag the user's tag.
	element *parquet.SchemaElement
	tag     *common.Tag
}

// newShape reads the tags of t. It refuses a type of which the library would lose or change something, or that it can't
// write. The error has no operation and resource.
func newShape(t reflect.Type) (*shape, error) {
	s := sampler{inside: map[reflect.Type]bool{}}
	full, blank, err := s.sample(t, common.NewTag(), "")
	if err != nil {
		return nil, err
	}
	handler, err := schema.NewSchemaHandlerFromStruct(reflect.New(t).Interface())
	if err != nil {
		return nil, refusal(t.String()+" has invalid tags: "+err.Error(), tagHint)
	}
	sh := &shape{t: t, handler: handler, full: full.Interface()}
	for i, element := range handler.SchemaElements {
		renamed := *element
		renamed.Name = handler.GetExName(i)
		sh.elements = append(sh.elements, &renamed)
		if element.GetNumChildren() == 0 {
			in := handler.IndexMap[int32(i)]
			path := common.StrToPath(handler.InPathToExPath[in])[1:]
			sh.columns = append(sh.columns, column{in: in, path: path, element: element, tag: handler.Infos[i]})
		}
	}
	return sh, sh.try(full, blank)
}

// try writes rows to nowhere: one with a value in each column, and one with as few as can be.
func (sh *shape) try(rows ...reflect.Value) error {
	g := newGroup(sh)
	for _, row := range rows {
		err := g.add([]any{row.Interface()})
		if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
			return refusal(fmt.Sprintf("%v can't be written: %v", sh.t, e.Err), tagHint)
		}
	}
	return nil
}

const tagHint = "tag the fields as github.com/xitongsys/parquet-go has it"

func refusal(got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: hint, Err: errors.New(got)}
}

// reason splits an error of newShape into got and hint.
func reason(err error) (got, hint string) {
	if e, ok := errors.AsType[*cmekpipe.Error](err); ok {
		return e.Err.Error(), e.Hint
	}
	return err.Error(), tagHint
}

// checkReadable refuses a type that can't be read: what newShape refuses, and what the library writes but does not read.
func checkReadable(t reflect.Type) error {
	if t == nil || t.Kind() != reflect.Struct {
		return refusal(fmt.Sprintf("got type %v", t), "read rows as a struct whose fields have parquet tags")
	}
	sh, err := newShape(t)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	e, out := &encoder{shape: sh}, bufio.NewWriter(&file)
	err = errors.Join(e.Begin(out), e.Write(sh.full), e.End(), out.Flush())
	if err == nil {
		err = sh.read(file.Bytes(), func(any) {})
	}
	if err != nil {
		return refusal(fmt.Sprintf("%v can be written but not read", t), "use fields of unnamed types: int64, not a type made of it")
	}
	return nil
}
