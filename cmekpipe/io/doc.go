// Package io contains documentation only: the connectors below it, and which call of Beam's each one replaces.
//
// Connectors are named as Beam names them, so that adopting one means changing an import path and passing a destination
// that you create from a key. Functions that only read have Beam's parameters, except
// where the table shows others.
//
//	Beam                                             here                                              destination
//	textio.Write(s, "gs://b/o", col)                 textio.Write(s, object, col)                      key.Object
//	                                                 textio.WriteSharded(s, object, col)               key.Object
//	textio.Read, ReadAll, ReadWithFilename           the same
//	avroio.Write(s, "gs://b/o", schema, col)         avroio.Write(s, object, schema, col)              key.Object
//	                                                 avroio.WriteSharded(s, object, schema, col)       key.Object
//	avroio.Read                                      the same
//	parquetio.Write(s, "gs://b/o", col)              parquetio.Write(s, object, col)                   key.Object
//	                                                 parquetio.WriteSharded(s, object, col)            key.Object
//	parquetio.Read                                   the same
//	fileio.MatchFiles, MatchAll, ReadMatches, …      the same
//	bigqueryio.Write(s, project, "p:d.t", col)       bigqueryio.Write(s, table, col)                   key.BigQueryTable
//	bigqueryio.Read(s, project, "p:d.t", t)          bigqueryio.Read(s, project, table, t)
//	bigqueryio.Query(s, project, sql, t)             bigqueryio.Query(s, project, sql, t)              key.BigQueryProject
//	pubsubio.Write(s, project, "t", col)             pubsubio.Write(s, topic, col)                     key.PubSubTopic
//	pubsubio.Read                                    the same, of a subscription, not of a topic;
//	                                                 pubsubio.Pull on every runner
//	spannerio.Write(s, "projects/…", "t", col)       spannerio.Write(s, database, "t", col)            key.SpannerDatabase
//	spannerio.Read, Query                            the same
//	                                                 datastoreio.Write(s, database, col)               key.DatastoreDatabase
//	datastoreio.Read(s, project, "kind", n, t, key)  the same
//	bigtableio.Write(s, project, "i", "t", col)      bigtableio.Write(s, table, col)                   key.BigtableTable
//	bigtableio.WriteBatch(s, project, "i", "t", col) bigtableio.Write(s, table, col)                   key.BigtableTable
//	fhirio.Import(s, "projects/…", "gs://…",         fhirio.Import(s, store, temp, deadLetter,         key.FHIRStore,
//	    "gs://…", structure, col)                        structure, col)                               key.Object twice
//	fhirio.ExecuteBundles(s, "projects/…", col)      fhirio.ExecuteBundles(s, store, col)              key.FHIRStore
//	fhirio.Deidentify(s, src, "projects/…", config)  fhirio.Deidentify(s, src, store, config)          key.FHIRStore
//	fhirio.Read, Search                              the same
//	xlang/bigqueryio.Write(s, "p:d.t", col)          xlang/bigqueryio.Write(s, table, col)             key.BigQueryTable
//	xlang/bigqueryio.Read(s, t, FromTable("p:d.t"))  xlang/bigqueryio.Read(s, "p:d.t", t)
//	xlang/bigqueryio.Read(s, t, FromQuery(sql))      bigqueryio.Query(s, project, sql, t)              key.BigQueryProject
//
// Package launch runs pipelines with xlang/bigqueryio on Dataflow only, with a temp location whose bucket has the job's key
// as its default.
//
// # Options
//
// An option that Beam has keeps Beam's name. All others begin with With, and the same word means the same in every
// connector:
//
//	WithCreateIfMissing  create the destination with its key if it does not exist   bigtableio, datastoreio, pubsubio, spannerio
//	WithAdditionalKeys   further keys that the destination may be encrypted with    bigtableio, spannerio
//	WithNumShards        the number of objects                                      textio, avroio, parquetio
//	WithSuffix           how the objects' names end                                 textio, avroio, parquetio
//	WithRowFilter        read only the rows for which a condition holds             bigqueryio, xlang/bigqueryio
//	MatchEmptyDisallow   fail if a pattern matches no file                          fileio, textio, avroio, parquetio
//
// Write writes what Beam's Write writes; WriteSharded writes as many objects as the runner makes bundles, or as
// WithNumShards sets.
//
// # Beam's own file connectors
//
// Beam's textio, avroio, parquetio and fileio, and fhirio for its imports, access storage through Beam's filesystem package.
// Their writers name no key on gs://, and package guard refuses them. Their readers are accepted, but on gs:// they may read
// one object in place of another; this module's do not.
//
// Programs that keep Beam's textio or parquetio can pass them a name of this module's filesystem, which contains the key:
//
//	cmekgs://PROJECT/LOCATION/KEY_RING/KEY/BUCKET/OBJECT
//
// A program that imports package launch has the filesystem, on its workers too. These writers then write encrypted objects,
// fail when Cloud Storage refuses an upload, and leave no part of a file where a row failed. Over windowed or triggered input,
// of which each pane would overwrite the last, guard refuses them. guard and the filesystem refuse avroio, because it closes
// its object after a row has failed, and part of an Avro file can't be told from a complete one.
//
// There is no TFRecord or XML connector in Beam's Go SDK. Java writes the files of xlang's transforms; guard refuses those
// that write without a key.
//
// Not wrapped, because Cloud KMS can't encrypt their destinations: databaseio, mongodbio, natsio, files on s3://, and
// xlang's jdbcio and kafkaio. Package guard reports them, with what their operators must arrange.
package io
