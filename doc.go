// Package cmekpipe is the front page of this module, which launches Apache Beam Go pipelines on Google Cloud Dataflow with
// a customer-managed encryption key (CMEK) in Cloud KMS. This package contains no code: the library's first package is in the folder cmekpipe.
//
// The module encrypts the job, its staged files and what its sinks create with your key, and refuses known ways of storing
// data without it: some when the program compiles, some when options are built, the rest when the pipeline is inspected,
// launched or run.
//
// # Where to begin
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
//	textio.WriteSharded(s, key.MustObject("gs://bank-out/counts"), lines)
//	_, err = launch.Run(ctx, opts, p)
//
// # What is not covered
//
// User code: what a DoFn writes with a client of its own is not checked, only reported as opaque. Services outside Cloud
// KMS: reported, not encrypted. Job metadata: Google encrypts job names, labels, option values and the pipeline graph with
// its own keys. Other runners: on Prism, Flink, Spark and the direct runner only the sinks are checked.
//
// # The map
//
// A package imports only packages that stand below it here, and those of internal, which have floors of their own between
// these. internal/testing/archtest lists the floors and tests every import.
//
//	examples/…                      programs to start from
//	cmekpipe/launch/cmekrunner      guarded runners for programs that call beamx.Run
//	cmekpipe/template               launches classic and Flex Templates
//	cmekpipe/launch                 launches a pipeline: inspect, stage, submit, verify the job's key, watch
//	cmekpipe/verify                 checks after a run that what the plan names is encrypted with its key
//	cmekpipe/insecure               waivers: what a launch refuses, allowed by name and with a reason
//	cmekpipe/plan                   what a launch would do: data, text, JSON
//	cmekpipe/job                    a Dataflow job and its state
//	cmekpipe/guard                  what a constructed pipeline would create, and with which key
//	cmekpipe/io/…                   Beam's connectors with destinations that carry a key
//	cmekpipe/explain                the cause of and the remedy for an error about a key
//	cmekpipe/rule                   the rules behind all findings, with IDs that never change; text and JSON, below it SARIF and HTML
//	cmekpipe                        keys, destinations, options, errors (standard library only)
//	cmekpipe/location               one type for each Google Cloud location, and which key can encrypt what (standard library only)
//
//	for local runs and tests
//	cmekpipe/cmektest               the loopback cloud for unit tests
//	cmekpipe/emulator/prismrun      runs the pipelines of jobs that are launched there
//	cmekpipe/emulator               a loopback Google Cloud that enforces keys
//
//	internal/…                      shared mechanics; internal/design.md says where each decision is made, and why
//	testdata/                       test data shared by two or more packages
package cmekpipe
