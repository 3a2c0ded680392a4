// Package guard reads a constructed Beam pipeline and says, for every transform, whether it creates data at rest and
// with which Cloud KMS key. Nothing runs and no service is called.
//
// Most programs need one call, and package launch makes it for them:
//
//	coverage, err := guard.Inspect(p)
//	if err != nil { … }
//	if err := coverage.Err(); err != nil { … } // names each unprotected transform and what to write instead
//
// A [Coverage] prints as text with [Coverage.WriteText] and marshals to JSON; [Coverage.Findings] returns what a person should
// know of. [Refusals] lists the refused transforms of an error, with the call that replaces each:
//
//	for _, e := range guard.Refusals(err) {
//		fmt.Println(e.Resource, e.Hint)
//	}
//
// # What is trusted
//
// A transform is identified by the Go type of its DoFn, by the name that the linker gave its function, or by its URN if another
// SDK runs it. Scope names, labels, annotations and the names that functions give themselves do not count, because anyone can
// write them. Three things count as protected: a DoFn of this module that has a valid key, a connector of Beam that writes
// through this module's filesystem, and a BigQuery schema transform whose kms_key is a key's name, in the job's region. Of the
// last, guard does not check the key of a table that exists, nor temporary datasets, which are encrypted with the project's
// default key: the transform's Caveat and a finding say so. A connector of Beam or a cross-language transform that the catalogue
// does not know is unprotected, not unknown.
//
// The catalogue describes one version of Beam, and another one that is linked in is a finding. A DoFn counts as this module's if
// the module that declares its type has exactly this path, according to the build's list of modules; builds that record no such
// list, as with other tools than the go command, are judged by the path's beginning.
//
// Guard finds mistakes. It does not stop a program that sets out to deceive it: code in the same process can replace methods of
// Beam's types with reflectx.RegisterStructWrapper, name a function with go:linkname, or change memory with package unsafe.
//
// # What is not inspected
//
// The user's own code: a DoFn, CombineFn, coder, hook or predicate may write anywhere. Transforms that run such code are
// [Opaque], with the code's identities in UserCode, and [Coverage.Err] does not refuse them. Functions of the standard
// library's packages that only compute, such as strconv.Itoa, are neutral. For people who review the code, Mentions has the
// gs:// URLs, tables and topics in the exported fields of a DoFn. Not found are providers of schemas, which encode structs, and
// methods of generated protocol buffer types. Nor does guard inspect what is outside the graph: the runner's options, the
// staged files, and whether the buckets, tables and topics that are read are encrypted with a key.
//
// With [WithStrict], Err also refuses code that is not on a list of what a person has reviewed, and services outside Cloud KMS
// that are not on it. The error ends with the entries that are missing, ready to paste. An entry is the identity of code and says
// nothing about its content: review it again when the code changes. Give function literals names, because the compiler numbers
// them anew when others are added.
//
// # Two sinks of one destination
//
// Of two transforms of a pipeline that write the same object, or shards of the same prefix with the same suffix, or an object
// whose name is that of a shard, the second is refused: it would replace the output of the first, or the first that of the
// second. So is the second of two writes to a BigQuery table unless both append. Transforms that append to one table or
// database, publish to one topic, or share a folder of temporary objects are accepted. Keys make no difference. The finding has the
// rule CMEK031. Not found are
// other names of one object or table, such as a table and one of its partitions, and what the user's own code writes.
//
// # Refused connectors
//
// Of the functions of Beam, those in the first column are refused if they write to Google Cloud, or on the condition that the
// refusal states; the refusal names the call in the second column, with the arguments that the pipeline has:
//
//	io/avroio.Write                    avroio.Write(s, key.MustObject(…), schema, col)
//	io/bigqueryio.Query                bigqueryio.Query(s, key.MustBigQueryProject(…), sql, t)
//	io/bigqueryio.Read                 bigqueryio.Read(s, …, …, t)
//	io/bigqueryio.Write                bigqueryio.Write(s, key.MustBigQueryTable(…), col)
//	io/bigtableio.Write                bigtableio.Write(s, key.MustBigtableTable(…), col)
//	io/bigtableio.WriteBatch           bigtableio.Write(s, key.MustBigtableTable(…), col)
//	io/fhirio.Deidentify               fhirio.Deidentify(s, …, key.MustFHIRStore(…), config)
//	io/fhirio.ExecuteBundles           fhirio.ExecuteBundles(s, key.MustFHIRStore(…), col)
//	io/fhirio.Import                   fhirio.Import(s, key.MustFHIRStore(…), key.MustObject(…), key.MustObject(…), structure, col)
//	io/parquetio.Write                 parquetio.Write(s, key.MustObject(…), col)
//	io/parquetio.Write                 parquetio.WriteSharded(s, key.MustObject(…), col)
//	io/pubsubio.Read                   pubsubio.Read(s, …, pubsubio.ReadOptions{Subscription: …})
//	io/pubsubio.Write                  pubsubio.Write(s, key.MustPubSubTopic(…), col)
//	io/spannerio.Write                 spannerio.Write(s, key.MustSpannerDatabase(…), …, col)
//	io/textio.Write                    textio.Write(s, key.MustObject(…), col)
//	io/textio.Write                    textio.WriteSharded(s, key.MustObject(…), col)
//	io/xlang/bigqueryio.Read           bigqueryio.Query(s, key.MustBigQueryProject(…), sql, t)
//	io/xlang/bigqueryio.Write          xlang/bigqueryio.Write(s, key.MustBigQueryTable(…), col)
//	io/xlang/debeziumio.Read           leave out OffsetStoragePath
//	transforms/sql.Transform           compute in Go, and use a connector of cmekpipe/io for the write
//	transforms/xlang/schema.Transform  bigqueryio.Query(s, key.MustBigQueryProject(…), sql, t)
//	transforms/xlang/schema.Transform  call the schema transform that the configuration names by its own identifier
//	transforms/xlang/schema.Transform  use a connector of cmekpipe/io, or a BigQuery schema transform with kms_key
//	transforms/xlang/schema.Transform  xlang/bigqueryio.Read(s, …, t)
//	transforms/xlang/schema.Transform  xlang/bigqueryio.Write(s, key.MustBigQueryTable(…), col)
//	x/debug.Print                      count elements with beam.NewCounter instead, or remove the call
//	x/debug.Printf                     count elements with beam.NewCounter instead, or remove the call
//
// # Pipelines that guard does not see
//
// A program that passes its pipeline to a runner itself is not inspected: dataflow.Execute, prism.Execute, direct.Execute,
// universal.Execute, flink.Execute and spark.Execute, beam.Run with one of Beam's runners, and beamx.Run unless package
// cmekrunner is imported and its runner chosen. This command lists the packages of a module that import one of them; those that
// it lists should call launch.Run, or guard.Inspect before they run the pipeline:
//
//	go list -f '{{range .Imports}}{{$.ImportPath}} imports {{.}}{{"\n"}}{{end}}' ./... |
//	  grep -E 'sdks/v2/go/pkg/beam/(runners/(dataflow|direct|flink|prism|spark|universal)|x/beamx)$'
//
// # Defaults
//
// Without [WithOptions] a pipeline is judged for runner dataflow, the strictest. In this process, on prism and direct, what a
// transform copies into the log stays here: it is [Local]. No code and no service is reviewed.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// [Inspect] fails with code InvalidOptions when the pipeline can't be built. [Coverage.Err] has code Unprotected, or
// InvalidOptions for the second of two sinks of one destination.
//
// # Concurrency
//
// Inspect only reads the pipeline and may be called repeatedly, but not while another goroutine adds to it. It records the
// enabled hooks in beam.PipelineOptions, as every runner of Beam does. A Coverage may be read by several goroutines at once.
//
// # Testing
//
// Build the pipeline in a unit test and compare Coverage.Err with nil; no fake and no runner is needed.
package guard
