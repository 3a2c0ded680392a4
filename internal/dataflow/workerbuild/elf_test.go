package workerbuild_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/workerbuild"
)

// header returns the header of an ELF file of a type for a machine: 62 is x86-64, 183 is AArch64.
func header(kind, machine uint16) string {
	h := make([]byte, 64)
	copy(h, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(h[16:], kind)
	binary.LittleEndian.PutUint16(h[18:], machine)
	binary.LittleEndian.PutUint32(h[20:], 1)
	binary.LittleEndian.PutUint16(h[52:], 64)
	return string(h)
}

func TestAWorkerThatCannotRunIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		program, machine string
		refused          bool
	}{
		"amd64":                    {header(2, 62), "n2-standard-4", false},
		"amd64, position free":     {header(3, 62), "", false},
		"arm64 on Arm":             {header(2, 183), "t2a-standard-4", false},
		"arm64 on the default":     {header(2, 183), "", true},
		"amd64 on Arm":             {header(2, 62), "c4a-standard-8", true},
		"an object file":           {header(1, 62), "", true},
		"a program for macOS":      {"\xcf\xfa\xed\xfe" + strings.Repeat("\x00", 60), "", true},
		"a script":                 {"#!/bin/sh\n", "", true},
		"a program for 32 bits":    {"\x7fELF\x01\x01\x01" + header(2, 3)[7:], "", true},
		"a file that is cut short": {header(2, 62)[:20], "", true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "worker")
			if err := os.WriteFile(path, []byte(tc.program), 0o700); err != nil {
				t.Fatal(err)
			}
			err := workerbuild.CheckProgram("test", path, tc.machine)
			if tc.refused != (cmekpipe.CodeOf(err) == cmekpipe.InvalidOptions) || !tc.refused && err != nil {
				t.Errorf("got %v, want refused: %v", err, tc.refused)
			}
		})
	}
}
