// Package cmekpipe is the front page of this module, which makes it impossible to launch an Apache Beam pipeline on
// Google Cloud Dataflow that leaves a byte at rest outside the customer's own Cloud KMS key (CMEK). It holds no code.
//
// # Where to begin
//
// A program names its key once and lets the key mint everything else:
//
//	key := cmekpipe.MustParseKey[location.USCentral1]("projects/…/locations/us-central1/keyRings/…/cryptoKeys/…")
//	opts, err := cmekpipe.For(key).Project("bank-prod").TempLocation(bucket.Path("tmp")).Build()
//	textio.WriteSharded(s, key.MustObject("gs://bank-out/counts"), lines)
//	_, err = launch.Run(ctx, opts, p)
//
// # The map
//
// Arrows point down only; a test pins them.
//
//	examples/…                      programs to start from
//	cmekpipe/launch                 Run: guard, stage under the key, submit, read back, watch
//	cmekpipe/guard                  what a constructed pipeline would leave at rest, and under which key
//	cmekpipe/io/…                   Beam's connectors with a destination that only a key can mint
//	cmekpipe                        the vocabulary: keys, destinations, options, errors (standard library only)
//	cmekpipe/location               one type per Google Cloud location, and which key may serve what
//
//	beside them
//	cmekpipe/emulator               a loopback Google Cloud that enforces keys
//	cmekpipe/cmektest               the same for the unit tests of pipelines
//
//	internal/…                      mechanics shared by two or more of the above; design.md says why each dependency is there
//	testdata/                       corpora shared by two or more packages
package cmekpipe
