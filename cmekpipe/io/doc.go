// Package io is documentation only: the connectors below this folder, and which call of Beam's each one replaces. They
// are named as Beam names them, so that adopting one is an import path and a destination that a key minted. Functions
// that only read what exists take what Beam's take.
//
//	Beam                                             here                                              destination
//	textio.Write(s, "gs://b/o", col)                 textio.Write(s, object, col)                      key.Object
//	                                                 textio.WriteSharded(s, object, col)               key.Object
//	textio.Read, ReadAll, ReadWithFilename           the same
//	avroio.Write(s, "gs://b/o", schema, col)         avroio.Write(s, object, schema, col)              key.Object
//	fileio.MatchFiles, MatchAll, ReadMatches, …      the same
//	parquetio.Write(s, "gs://b/o", col)              parquetio.Write(s, object, col)                   key.Object
//	parquetio.Read                                   the same
//	bigqueryio.Write(s, project, "p:d.t", col)       bigqueryio.Write(s, table, col)                   key.Table
//	bigqueryio.Read(s, project, "p:d.t", t)          bigqueryio.Read(s, project, table, t)
//	bigqueryio.Query(s, project, sql, t)             bigqueryio.Query(s, query, sql, t)                key.Query
//	pubsubio.Write(s, project, "t", col)             pubsubio.Write(s, topic, col)                     key.Topic
//	spannerio.Write(s, "projects/…", "t", col)       spannerio.Write(s, database, "t", col)            key.Database
//	                                                 datastoreio.Write(s, database, col)               key.DatastoreDatabase
//	datastoreio.Read(s, project, "kind", n, t, key)  the same
//	bigtableio.Write(s, project, "i", "t", col)      bigtableio.Write(s, table, col)                   key.BigtableTable
//	bigtableio.WriteBatch(s, project, "i", "t", col) bigtableio.WriteBatch(s, table, col)              key.BigtableTable
//	fhirio.Import(s, "projects/…", "gs://…",         fhirio.Import(s, store, temp, deadLetter,         key.FHIRStore,
//	    "gs://…", structure, col)                        structure, col)                               key.Object twice
//	fhirio.ExecuteBundles(s, "projects/…", col)      fhirio.ExecuteBundles(s, store, col)              key.FHIRStore
//	fhirio.Deidentify(s, src, "projects/…", config)  fhirio.Deidentify(s, src, store, config)          key.FHIRStore
//	fhirio.Read, Search                              the same
//	xlang/bigqueryio.Write(s, "p:d.t", col)          xlang/bigqueryio.Write(s, table, col)             key.Table
//	xlang/bigqueryio.Read(s, t, FromTable("p:d.t"))  xlang/bigqueryio.Read(s, "p:d.t", t)
//	xlang/bigqueryio.Read(s, t, FromQuery(sql))      bigqueryio.Query(s, query, sql, t)                key.Query
//
// Package launch runs those of xlang/bigqueryio on Dataflow only, with a temp location whose bucket has the job's key as its
// default.
//
// # Beam's own file connectors
//
// These reach a store through Beam's filesystem package: textio, avroio, parquetio and fileio, and fhirio for what it
// imports from. On gs:// their writers name no key, and package guard refuses them. Their readers pass guard, but on gs://
// they may read one object in another's place; those of this module don't.
//
// This module's internal filesystem, whose names carry a key, holds Beam's writers to this: textio and parquetio write under
// the key, fail when Cloud Storage refuses an upload, and leave no part of a file where a row failed. Over windowed or
// triggered input, of which each pane would overwrite the last, guard refuses them. avroio is refused by guard and by the
// filesystem, because it closes its object after a row has failed, and a part of an Avro file can't be told from the whole.
//
// There is no TFRecord or XML connector in Beam's Go SDK. Files of xlang's transforms are written by Java; guard refuses
// those that write without a key.
//
// Not wrapped, because Cloud KMS can't protect what they write to: databaseio, mongodbio, natsio, files on s3://, and
// xlang's jdbcio and kafkaio. Package guard names them, with what their operators must arrange.
package io
