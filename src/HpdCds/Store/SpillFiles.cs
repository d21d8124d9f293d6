using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HpdCds.Clinical;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>
/// What the store did not take before the service ended: one JSON line for each entry, in a file that only its owner reads,
/// until the next start reads it in. A line that cannot be read is put aside and costs no other.
/// </summary>
public sealed partial class SpillFiles(Database database, SiteSettings settings, IHostEnvironment environment, TimeProvider clock, ILogger<SpillFiles> log)
{
    private const string Ending = ".jsonl";
    private const string Unfinished = ".part";
    private const string Aside = ".damaged";

    private static readonly JsonSerializerOptions Options = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly string? _folder = settings.Store.SpillDirectory is { } folder
        ? Path.Combine(environment.ContentRootPath, folder)
        : database.FilePath is { } file ? Path.GetDirectoryName(file) : null;

    // Stores that spill into one folder have files of their own, which the replicas of one store share.
    private readonly string _start = $"{(database.FilePath is { } file ? Path.GetFileName(file) : "hpdcds")}.{database.Fingerprint}.spill-";

    /// <param name="run">Whose entries these are: a file that holds all of them is named after it.</param>
    /// <returns>How many entries are in the file; none where there is no place for one.</returns>
    internal int Write(string run, IReadOnlyCollection<object> entries)
    {
        if (_folder is null || entries.Count == 0)
            return 0;
        var unfinished = PathOf(run) + Unfinished;
        var written = 0;
        try
        {
            Directory.CreateDirectory(_folder);
            try
            {
                using var file = new FileStream(unfinished, OwnersOwn());
                foreach (var entry in entries)
                {
                    file.Write([.. JsonSerializer.SerializeToUtf8Bytes(Line.Of(entry), Options), (byte)'\n']);
                    file.Flush(flushToDisk: written == entries.Count - 1);
                    written++;
                }
            }
            finally
            {
                // Whoever starts meanwhile finds it whole, or as whole as it gets.
                if (written == 0)
                    File.Delete(unfinished);
                else
                    File.Move(unfinished, PathOf(written == entries.Count ? run : Guid.NewGuid().ToString("n")));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Unwritten(log, failure.GetType().Name);
        }

        return written;
    }

    /// <summary>
    /// Every file that an earlier end left, whole or cut short. Another replica may read the same: what it holds can be stored
    /// twice and is there once.
    /// </summary>
    /// <returns>The files, and how many are there that cannot be read.</returns>
    internal (IReadOnlyList<Spill> Spills, int Unread) Read()
    {
        var (spills, unread) = (new List<Spill>(), 0);
        foreach (var path in Paths(ref unread))
        {
            var isUnfinished = path.EndsWith(Unfinished, StringComparison.Ordinal);
            try
            {
                spills.Add(Read(path, isUnfinished));
            }
            catch (IOException) when (isUnfinished)
            {
                // Another replica ends just now, and writes it.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                unread++;
                Unread(log, Path.GetFileName(path), failure.GetType().Name);
            }
        }

        return (spills, unread);
    }

    private string[] Paths(ref int unread)
    {
        try
        {
            return _folder is null
                ? []
                : [.. Directory.EnumerateFiles(_folder, $"{_start}*").Where(path => path.EndsWith(Ending, StringComparison.Ordinal) || path.EndsWith(Ending + Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            unread++;
            Unread(log, Path.GetFileName(_folder)!, failure.GetType().Name);
            return [];
        }
    }

    private string PathOf(string name) => Path.Combine(_folder!, $"{_start}{name}{Ending}");

    internal void Remove(Spill spill)
    {
        try
        {
            File.Delete(spill.Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next start reads it again, which does no harm.
            Unread(log, Path.GetFileName(spill.Path), failure.GetType().Name);
        }
    }

    private Spill Read(string path, bool isUnfinished)
    {
        var (entries, damaged) = (new List<object>(), new List<byte[]>());
        foreach (var line in LinesOf(ContentOf(path, isUnfinished)))
        {
            if (EntryOf(line) is { } entry)
                entries.Add(entry);
            else
                damaged.Add(line);
        }

        if (damaged.Count > 0)
        {
            using var aside = new FileStream(path + Aside, OwnersOwn());
            foreach (var line in damaged)
                aside.Write([.. line, (byte)'\n']);
            Damaged(log, damaged.Count, Path.GetFileName(path) + Aside);
        }

        var file = Path.GetFileName(path);
        return new(path, isUnfinished ? null : file[_start.Length..^Ending.Length], [.. entries, .. damaged.Select((line, at) => Lost(file, at, line))], damaged.Count);
    }

    // Whoever reads the same file again, or at the same time, counts the same line.
    private Gap Lost(string file, int at, byte[] line)
    {
        var now = clock.GetUtcNow();
        return new(Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(FormattableString.Invariant($"{file} {at} ")), .. line])), now, now, 1);
    }

    private static byte[] ContentOf(string path, bool isUnfinished)
    {
        // Whoever writes it keeps everybody else out.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, isUnfinished ? FileShare.None : FileShare.Read);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    }

    private static IEnumerable<byte[]> LinesOf(byte[] content)
    {
        for (var rest = content.AsMemory(); rest.Length > 0;)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Length > 0)
                yield return line.ToArray();
        }
    }

    private static object? EntryOf(byte[] line)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<Line>(line, Options)?.Entry;
            return entry is Decision { IsWhole: false } ? null : entry;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FileStreamOptions OwnersOwn()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    [LoggerMessage(LogLevel.Error, "What the store did not take could not all be written to a file: {Type}")]
    private static partial void Unwritten(ILogger log, string type);

    [LoggerMessage(LogLevel.Error, "The file or folder {File} with what the store did not take cannot be read or removed: {Type}")]
    private static partial void Unread(ILogger log, string file, string type);

    [LoggerMessage(LogLevel.Error, "{Lines} lines of what the store did not take cannot be read; they are kept aside in {File}")]
    private static partial void Damaged(ILogger log, int lines, string file);

    /// <summary>One file as it was found.</summary>
    /// <param name="Run">Whose entries these are, where all of them are here.</param>
    /// <param name="Damaged">How many lines could not be read; each stands as a gap among the entries.</param>
    internal sealed record Spill(string Path, string? Run, IReadOnlyList<object> Entries, int Damaged) : PatientData;

    private sealed record Line(Decision? Decision, FeedbackItem? Feedback, Gap? Gap, UsedToken? Token = null) : PatientData
    {
        /// <summary>Null where the line holds no entry, or more than one.</summary>
        [JsonIgnore]
        public object? Entry => (Decision, Feedback, Gap, Token) switch
        {
            ({ } decision, null, null, null) => decision,
            (null, { } feedback, null, null) => feedback,
            (null, null, { } gap, null) => gap,
            (null, null, null, { } token) => token,
            _ => null,
        };

        public static Line Of(object entry) => new(entry as Decision, entry as FeedbackItem, entry as Gap, entry as UsedToken);
    }
}
