package bigtableio

import (
	beambigtableio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/bigtableio"
)

// Mutation is what is to be written to a row: its key, of 1 byte to 4 KiB, and at least one operation. It is Beam's type,
// so that a pipeline keeps the code that makes it. Its GroupKey has no meaning here, since nothing is grouped.
type Mutation = beambigtableio.Mutation

// Operation is one cell of a [Mutation]: a family that the table has, a column of at most 16 KiB, a value of at most
// 100 MB, and a time, which is cut to milliseconds. It is Beam's type. A time of bigtable.ServerTime lets the server
// choose; see the package's documentation on what that costs.
type Operation = beambigtableio.Operation

// NewMutation returns a mutation of a row that has no operations yet. See Set.
func NewMutation(rowKey string) *Mutation { return beambigtableio.NewMutation(rowKey) }
