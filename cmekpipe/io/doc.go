// Package io is documentation only: the connectors below this folder, and which call of Beam's each one replaces. They
// are named as Beam names them, so that adopting one is an import path and a destination that a key minted. Functions
// that only read what exists take what Beam's take.
//
//	Beam                                             here                                              destination
//	textio.Write(s, "gs://b/o", col)                 textio.Write(s, object, col)                      key.Object
//	                                                 textio.WriteSharded(s, object, col)               key.Object
//	textio.Read, ReadAll, ReadWithFilename           the same
//	avroio.Write(s, "gs://b/o", schema, col)         avroio.Write(s, object, schema, col)              key.Object
//	bigqueryio.Write(s, project, "p:d.t", col)       bigqueryio.Write(s, table, col)                   key.Table
//	bigqueryio.Read(s, project, "p:d.t", t)          bigqueryio.Read(s, project, table, t)
//	bigqueryio.Query(s, project, sql, t)             bigqueryio.Query(s, query, sql, t)                key.Query
//	pubsubio.Write(s, project, "t", col)             pubsubio.Write(s, topic, col)                     key.Topic
//	spannerio.Write(s, "projects/…", "t", col)       spannerio.Write(s, database, "t", col)            key.Database
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
// Not here yet, and refused by package guard: parquetio.Write. Package launch refuses transforms of
// other SDKs on every runner for now, those of xlang/bigqueryio included.
//
// Not wrapped, because Cloud KMS can't protect what they write to: databaseio, mongodbio, natsio, files on s3://, and
// xlang's jdbcio and kafkaio. Package guard names them, with what their operators must arrange.
package io
