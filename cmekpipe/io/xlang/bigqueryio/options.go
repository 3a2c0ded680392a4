package bigqueryio

import "slices"

// WriteOption changes how [Write] writes.
type WriteOption interface{ applyWrite(*writeOptions) }

// ReadOption changes how [Read] reads.
type ReadOption interface{ applyRead(*readOptions) }

// Option is an option of both [Write] and [Read].
type Option interface {
	WriteOption
	ReadOption
}

type writeOptions struct {
	address string
	method  Method
	create  *CreateDisposition
	write   *WriteDisposition
}

type readOptions struct {
	address string
	columns []string
	filter  string
}

type writeFunc func(*writeOptions)

func (f writeFunc) applyWrite(o *writeOptions) { f(o) }

type readFunc func(*readOptions)

func (f readFunc) applyRead(o *readOptions) { f(o) }

type address string

func (a address) applyWrite(o *writeOptions) { o.address = string(a) }
func (a address) applyRead(o *readOptions)   { o.address = string(a) }

// WithExpansionAddr sets the HOST:PORT of the expansion service. Default: one that Beam downloads and starts.
func WithExpansionAddr(hostPort string) Option { return address(hostPort) }

// Method is a way of writing. The zero Method is [Automatic].
type Method string

// The methods.
const (
	// Automatic loads bounded rows from files and sends unbounded rows to the Storage Write API.
	Automatic Method = ""
	// StorageWrite sends rows to the Storage Write API.
	StorageWrite Method = "storage write"
	// FileLoads loads rows from files in the job's temp location.
	FileLoads Method = "file loads"
)

// WithMethod sets how [Write] writes. Default: [Automatic].
func WithMethod(m Method) WriteOption { return writeFunc(func(o *writeOptions) { o.method = m }) }

// CreateDisposition says whether [Write] creates a missing table.
type CreateDisposition string

// The create dispositions.
const (
	CreateIfNeeded CreateDisposition = "CREATE_IF_NEEDED"
	CreateNever    CreateDisposition = "CREATE_NEVER"
)

func (d CreateDisposition) valid() bool {
	return slices.Contains([]CreateDisposition{CreateIfNeeded, CreateNever}, d)
}

// WithCreateDisposition sets whether a missing table is created. Default: [CreateIfNeeded].
func WithCreateDisposition(d CreateDisposition) WriteOption {
	return writeFunc(func(o *writeOptions) { o.create = &d })
}

// WriteDisposition says what [Write] does with the rows that a table already has.
type WriteDisposition string

// The write dispositions.
const (
	WriteAppend   WriteDisposition = "WRITE_APPEND"
	WriteEmpty    WriteDisposition = "WRITE_EMPTY"
	WriteTruncate WriteDisposition = "WRITE_TRUNCATE"
)

func (d WriteDisposition) valid() bool {
	return slices.Contains([]WriteDisposition{WriteAppend, WriteEmpty, WriteTruncate}, d)
}

// WithWriteDisposition sets what happens to existing rows. Default: [WriteAppend].
func WithWriteDisposition(d WriteDisposition) WriteOption {
	return writeFunc(func(o *writeOptions) { o.write = &d })
}

// WithColumns makes [Read] read only these columns. Default: all.
func WithColumns(names ...string) ReadOption {
	return readFunc(func(o *readOptions) { o.columns = names })
}

// WithRowFilter makes [Read] read only the rows for which a GoogleSQL condition holds. Default: all.
func WithRowFilter(condition string) ReadOption {
	return readFunc(func(o *readOptions) { o.filter = condition })
}
