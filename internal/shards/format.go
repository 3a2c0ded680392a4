package shards

import "bufio"

// Format makes objects of elements. It travels to workers as JSON inside DoFns, so it is a struct of exported fields.
type Format[T any] interface {
	// ContentType is what the objects are stored as.
	ContentType() string
	// NewEncoder returns an encoder for one object after the other.
	NewEncoder() (Encoder[T], error)
}

// Encoder writes elements to one object after the other. After an error the object will not come into being. An error
// that is a [*cmekpipe.Error] without operation and resource gets those of the write; none may hold data of an element.
type Encoder[T any] interface {
	// Begin begins an object, whatever became of the one before. What it, Write and End write to out is the object.
	Begin(out *bufio.Writer) error
	// Write adds an element.
	Write(element T) error
	// End writes what is left. It does not flush out.
	End() error
}
