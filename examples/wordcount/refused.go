package main

import (
	"fmt"
	"io"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamtextio "github.com/apache/beam/sdks/v2/go/pkg/beam/io/textio"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/guard"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/location"
)

// showRefused prints what would not have run. Nothing of it is launched.
func showRefused(w io.Writer) {
	fmt.Fprintln(w, "\nwhat would have been refused:")

	p, s := beam.NewPipelineWithRoot()
	beamtextio.Write(s.Scope("Counts"), "gs://bank-out/counts", beam.Create(s, "the: 8342"))
	coverage, err := guard.Inspect(p)
	if err == nil {
		err = coverage.Err()
	}
	fmt.Fprintln(w, "  Beam's own sink, by guard:\n     ", err)

	_, err = cmekpipe.ParseKey[location.USCentral1]("projects/bank-keys/locations/global/keyRings/dataflow/cryptoKeys/pipelines")
	fmt.Fprintln(w, "  a key in another place, when it is parsed:\n     ", err)

	_, err = cmekpipe.FromConfig(cmekpipe.Config{
		Key:          "projects/bank-keys/locations/us-central1/keyRings/dataflow/cryptoKeys/pipelines/cryptoKeyVersions/3",
		Project:      "bank-prod",
		TempLocation: "gs:/bank-work/tmp",
		WorkerZone:   "us-east1",
	})
	fmt.Fprintln(w, "  options, all faults at once:")
	for _, fault := range cmekpipe.OptionErrors(err) {
		fmt.Fprintln(w, "     ", fault)
	}
}
