package staging

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// counted returns the hashes of a file and whether it was read for them.
func counted(t *testing.T, path string) (s sums, read bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err = remembered(f, func() (sums, error) {
		read = true
		return (&Area{}).measure(path, f)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, read
}

// settle waits until a file's last change is old enough to be remembered.
func settle(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, ok := identify(f); ok && i.fresh(time.Now()); {
		time.Sleep(5 * time.Millisecond)
	}
}

func TestHashesAreRememberedUntilTheFileChanges(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("files are identified on linux only")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "worker")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write("a program")
	settle(t, path)
	first, read := counted(t, path)
	if !read {
		t.Fatal("got hashes of a file that was never read")
	}
	if again, read := counted(t, path); read || string(again.SHA256) != string(first.SHA256) || string(again.MD5) != string(first.MD5) {
		t.Errorf("got %v and read: %v, want %v, remembered", again, read, first)
	}
	old := time.Now().Add(-time.Hour)
	write("b program") // of the same size, in the same inode
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	if changed, read := counted(t, path); !read || string(changed.SHA256) == string(first.SHA256) {
		t.Error("got the old hashes of a file that was changed and whose time was set back")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	settle(t, path)
	counted(t, path)
	write("c program")
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if _, read := counted(t, path); !read {
		t.Error("got remembered hashes of a file with the same size and time of modification, and other content")
	}
}

func TestAFileThatWasJustChangedIsNotRemembered(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(path, []byte("a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	i := identity{Changed: time.Now().UnixNano() | 1}
	if !i.fresh(time.Now()) || i.fresh(time.Now().Add(time.Second)) {
		t.Error("got a change of this moment not fresh, or one of a second ago fresh")
	}
	whole := identity{Changed: time.Now().Truncate(time.Second).UnixNano()}
	if !whole.fresh(time.Now()) {
		t.Error("got a change not fresh on a file system of whole seconds")
	}
}

// What can't be remembered is read each time.
func TestWithoutAPlaceToRememberEveryCallReads(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "file"))
	if err := os.WriteFile(os.Getenv("XDG_CACHE_HOME"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(path, []byte("a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	settle(t, path)
	for range 2 {
		if _, read := counted(t, path); !read {
			t.Error("got hashes that nobody could remember")
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := remembered(f, func() (sums, error) { return sums{}, errors.New("torn") }); err == nil {
		t.Error("got no error of a file that can't be read")
	}
}
