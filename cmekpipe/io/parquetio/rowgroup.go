package parquetio

import (
	"fmt"
	"io"
	"math"
	"math/bits"

	"github.com/xitongsys/parquet-go/common"
	"github.com/xitongsys/parquet-go/layout"
	"github.com/xitongsys/parquet-go/marshal"
	"github.com/xitongsys/parquet-go/parquet"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

const (
	codec = parquet.CompressionCodec_SNAPPY
	// maxValue is the size of the largest value, in bytes. Pages count theirs in 31 bits.
	maxValue = 512 << 20
	// maxBound is the size of the largest value in statistics, in bytes.
	maxBound = 64
)

// group is a row group in the making. The library's own writer is passed by: it counts nulls wrongly, puts the largest
// values into its statistics however large they are, tells readers of lists the wrong rows of pages, lets dictionaries
// grow without limit, and drops errors.
type group struct {
	shape  *shape
	chunks []*chunk
	rows   int64
}

func newGroup(sh *shape) *group {
	g := &group{shape: sh}
	for _, c := range sh.columns {
		g.chunks = append(g.chunks, newChunk(c))
	}
	return g
}

// add appends rows to each column, as a page.
func (g *group) add(rows []any) error {
	tables, err := marshal.Marshal(rows, g.shape.handler)
	if err != nil {
		return g.fault(nil, "can't be parsed") // the library's error may quote a row
	}
	for _, c := range g.chunks {
		if err := c.add((*tables)[c.in], len(rows)); err != nil {
			return g.fault(c, err.Error())
		}
	}
	g.rows += int64(len(rows))
	return nil
}

func (g *group) fault(c *chunk, what string) error {
	err := fmt.Errorf("got a %v that %s", g.shape.t, what)
	if c != nil {
		err = fmt.Errorf("got a value of column %q that %s", c.path, what)
	}
	return &cmekpipe.Error{Code: cmekpipe.InvalidOptions, Hint: "write rows that are as their tags say", Err: err}
}

// writeTo writes the group to a file at offset and returns what the footer says of it, and where it ends.
func (g *group) writeTo(out io.Writer, offset int64) (*parquet.RowGroup, int64, error) {
	header := parquet.NewRowGroup()
	header.NumRows = g.rows
	for _, c := range g.chunks {
		meta, end, err := c.writeTo(out, offset)
		if err != nil {
			return nil, 0, err
		}
		header.Columns = append(header.Columns, &parquet.ColumnChunk{FileOffset: offset, MetaData: meta})
		header.TotalByteSize += meta.TotalUncompressedSize
		offset = end
	}
	return header, offset, nil
}

// chunk is one column of a group.
type chunk struct {
	column
	tag, plain common.Tag // what pages are made by
	dictionary *layout.DictRecType

	pages        [][]byte
	values       int64
	uncompressed int64
	statistics   statistics
}

func newChunk(c column) *chunk {
	made := &chunk{column: c, tag: *c.tag, statistics: newStatistics(c)}
	made.tag.OmitStats = true // in pages, where readers don't look and large values would stand four times
	made.plain = made.tag
	made.plain.Encoding = parquet.Encoding_PLAIN
	if e := c.tag.Encoding; e == parquet.Encoding_PLAIN_DICTIONARY || e == parquet.Encoding_RLE_DICTIONARY {
		made.dictionary = layout.NewDictRec(c.element.GetType())
	}
	return made
}

// add makes a page of the values of rows.
func (c *chunk) add(t *layout.Table, rows int) (err error) {
	some, err := c.check(t, rows)
	if err != nil {
		return err
	}
	defer func() {
		if recover() != nil { // with what may show a value
			err = fmt.Errorf("can't be encoded")
		}
	}()
	t.Info = &c.tag
	if !some {
		t.Info = &c.plain // the library has no other encoding for no value
	}
	var pages []*layout.Page
	if c.dictionary != nil {
		width := bits.Len(uint(len(c.dictionary.DictSlice) + len(t.Values)))
		pages, _ = layout.TableToDictDataPages(c.dictionary, t, math.MaxInt32, int32(width), codec)
	} else {
		pages, _ = layout.TableToDataPages(t, math.MaxInt32, codec)
	}
	for _, page := range pages {
		if err := c.append(page); err != nil {
			return err
		}
	}
	c.values += int64(len(t.Values))
	return nil
}

// check refuses values that the library would write incorrectly, and reports whether any value is not null.
func (c *chunk) check(t *layout.Table, rows int) (some bool, err error) {
	if t == nil {
		return false, fmt.Errorf("is left out")
	}
	size := fixedSize(c.element.GetType(), c.tag.Length)
	for i, value := range t.Values {
		if t.RepetitionLevels[i] == 0 {
			rows--
		}
		if (t.DefinitionLevels[i] == t.MaxDefinitionLevel) != (value != nil) {
			return false, fmt.Errorf("is treated as missing")
		}
		if value == nil {
			c.statistics.nulls++
			continue
		}
		some = true
		if text, ok := value.(string); ok && (len(text) > maxValue || size > 0 && len(text) != size) {
			return false, fmt.Errorf("has %d bytes, want %d, or at most %d if that is 0", len(text), size, maxValue)
		}
		c.statistics.add(value)
	}
	if rows != 0 {
		return false, fmt.Errorf("is left out")
	}
	return some, nil
}

func (c *chunk) append(page *layout.Page) error {
	raw, err := checksummed(page)
	if err != nil {
		return err
	}
	c.pages = append(c.pages, raw)
	c.uncompressed += int64(len(raw)) + int64(page.Header.UncompressedPageSize) - int64(page.Header.CompressedPageSize)
	return nil
}

// writeTo writes the chunk to a file at offset and returns what the footer says of it, and where it ends.
func (c *chunk) writeTo(out io.Writer, offset int64) (*parquet.ColumnMetaData, int64, error) {
	meta := parquet.NewColumnMetaData()
	meta.Type, meta.Codec, meta.PathInSchema, meta.NumValues = c.element.GetType(), codec, c.path, c.values
	meta.Encodings = []parquet.Encoding{parquet.Encoding_RLE, parquet.Encoding_PLAIN}
	meta.Statistics = c.statistics.footer()
	end := offset
	if c.dictionary != nil {
		page, _ := layout.DictRecToDictPage(c.dictionary, math.MaxInt32, codec)
		data := c.pages
		c.pages = nil
		if err := c.append(page); err != nil {
			return nil, 0, err
		}
		start := offset
		meta.DictionaryPageOffset = &start
		offset += int64(len(c.pages[0]))
		c.pages = append(c.pages, data...)
		meta.Encodings = append(meta.Encodings, parquet.Encoding_PLAIN_DICTIONARY)
	} else if c.tag.Encoding != parquet.Encoding_PLAIN {
		meta.Encodings = append(meta.Encodings, c.tag.Encoding)
	}
	meta.DataPageOffset = offset
	for _, page := range c.pages {
		if _, err := out.Write(page); err != nil {
			return nil, 0, err
		}
		meta.TotalCompressedSize += int64(len(page))
		end += int64(len(page))
	}
	meta.TotalUncompressedSize = c.uncompressed
	return meta, end, nil
}
