package bigqueryio

import "slices"

// Option changes how [Write] and [Read] work.
type Option func(*options)

type options struct {
	address string
	method  Method
	create  *CreateDisposition
	write   *WriteDisposition
	columns []string
	filter  string
}

// ExpansionAddr is the HOST:PORT of the expansion service to use. Default: one that Beam fetches and starts.
func ExpansionAddr(address string) Option { return func(o *options) { o.address = address } }

// With makes [Write] use a method. Default: [Automatic].
func With(m Method) Option { return func(o *options) { o.method = m } }

// CreateDisposition says what becomes of a missing table.
type CreateDisposition string

// The create dispositions. Default: CreateIfNeeded.
const (
	CreateIfNeeded CreateDisposition = "CREATE_IF_NEEDED"
	CreateNever    CreateDisposition = "CREATE_NEVER"
)

func (d CreateDisposition) valid() bool {
	return slices.Contains([]CreateDisposition{CreateIfNeeded, CreateNever}, d)
}

// Create is an Option of [Write].
func Create(d CreateDisposition) Option { return func(o *options) { o.create = &d } }

// WriteDisposition says what becomes of rows that a table holds already.
type WriteDisposition string

// The write dispositions. Default: WriteAppend.
const (
	WriteAppend   WriteDisposition = "WRITE_APPEND"
	WriteEmpty    WriteDisposition = "WRITE_EMPTY"
	WriteTruncate WriteDisposition = "WRITE_TRUNCATE"
)

func (d WriteDisposition) valid() bool {
	return slices.Contains([]WriteDisposition{WriteAppend, WriteEmpty, WriteTruncate}, d)
}

// Existing is an Option of [Write].
func Existing(d WriteDisposition) Option { return func(o *options) { o.write = &d } }

// Columns makes [Read] read some columns only. Default: all.
func Columns(names ...string) Option { return func(o *options) { o.columns = names } }

// Filter makes [Read] read the rows for which a condition of GoogleSQL holds. Default: all.
func Filter(condition string) Option { return func(o *options) { o.filter = condition } }

func collect(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
