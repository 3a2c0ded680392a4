package textio

import (
	"bufio"
	"compress/gzip"

	"github.com/cmekpipe/cmekpipe-go/internal/shards"
)

const bufferSize = 1 << 20

// lines is the format of text: each line is followed by a line break.
type lines struct{ Gzip bool }

// ContentType returns the content type of objects.
func (l lines) ContentType() string {
	if l.Gzip {
		return "application/gzip"
	}
	return "text/plain; charset=utf-8"
}

// NewEncoder returns an encoder of lines.
func (l lines) NewEncoder() (shards.Encoder[string], error) {
	if !l.Gzip {
		return &plainLines{}, nil
	}
	zip := gzip.NewWriter(nil)
	return &zippedLines{zip: zip, plain: plainLines{bufio.NewWriterSize(zip, bufferSize/8)}}, nil
}

// plainLines writes lines as they are.
type plainLines struct{ out *bufio.Writer }

func (l *plainLines) Begin(out *bufio.Writer) error {
	l.out = out
	return nil
}

func (l *plainLines) Write(line string) error {
	if _, err := l.out.WriteString(line); err != nil {
		return err
	}
	return l.out.WriteByte('\n')
}

func (l *plainLines) End() error { return nil }

// zippedLines writes lines through a buffer in front of zip.
type zippedLines struct {
	zip   *gzip.Writer
	plain plainLines
}

func (l *zippedLines) Begin(out *bufio.Writer) error {
	l.zip.Reset(out)
	l.plain.out.Reset(l.zip)
	return nil
}

func (l *zippedLines) Write(line string) error { return l.plain.Write(line) }

func (l *zippedLines) End() error {
	if err := l.plain.out.Flush(); err != nil {
		return err
	}
	return l.zip.Close()
}
