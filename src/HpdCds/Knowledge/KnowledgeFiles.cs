using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HpdCds.Knowledge;

/// <summary>One file of <c>fhir-profiles</c>, or of a site's overlay (then the name begins with <c>overlay/</c>).</summary>
/// <param name="Name">The path under its folder, with forward slashes.</param>
public sealed record KnowledgeFile(string Name, bool IsOverlay, ImmutableArray<byte> Content);

/// <summary>
/// The files that are in force: those built into the service and those of a mounted overlay folder of the same shapes.
/// An overlay's ValueSets stand beside the shipped ones; any other overlay file takes the place of its namesake.
/// </summary>
public sealed class KnowledgeFiles
{
    public const string OverlayPrefix = "overlay/";
    private const string ShippedPrefix = "fhir-profiles/";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, (KnowledgeFile File, JsonElement Root)> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (KnowledgeFile File, JsonElement Root)> _shipped = new(StringComparer.Ordinal);
    private readonly List<(KnowledgeFile File, JsonElement Root)> _valueSets = [];

    private KnowledgeFiles(ImmutableArray<KnowledgeFile> files, bool useUnverified)
    {
        Files = files;
        UseUnverified = useUnverified;
        Hash = HashOf(files, useUnverified);
    }

    public ImmutableArray<KnowledgeFile> Files { get; }

    /// <summary>Whether codes that nobody has seen confirmed in a public source count (<c>HpdCds:UseUnverifiedCodes</c>).</summary>
    public bool UseUnverified { get; }

    /// <summary><c>sha256:</c> over names and bytes; every answer carries it. Switching on unverified codes changes it too.</summary>
    public string Hash { get; }

    public IEnumerable<string> OverlayNames => Files.Where(file => file.IsOverlay).Select(file => file.Name);

    /// <summary>Every ValueSet, shipped ones first, each group by name.</summary>
    public IReadOnlyList<(KnowledgeFile File, JsonElement Root)> ValueSets => _valueSets;

    public static KnowledgeFiles Load(string? overlayFolder, bool useUnverified, KnowledgeErrors errors) =>
        Of(overlayFolder is null ? Shipped() : Shipped().Concat(Overlay(overlayFolder, errors)), useUnverified, errors);

    public static KnowledgeFiles Of(IEnumerable<KnowledgeFile> files, bool useUnverified, KnowledgeErrors errors)
    {
        var sorted = files.OrderBy(file => file.IsOverlay).ThenBy(file => file.Name, StringComparer.Ordinal).ToImmutableArray();
        var loaded = new KnowledgeFiles(sorted, useUnverified);
        foreach (var file in sorted)
            loaded.Take(file, errors);
        return loaded;
    }

    public static IEnumerable<KnowledgeFile> Shipped()
    {
        var assembly = typeof(KnowledgeFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ShippedPrefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            yield return new KnowledgeFile(resource[ShippedPrefix.Length..], IsOverlay: false, [.. content]);
        }
    }

    /// <summary>The file of that path that is in force (an overlay's, if it has one), or null.</summary>
    public (KnowledgeFile File, JsonElement Root)? Find(string path) => _byPath.TryGetValue(path, out var found) ? found : null;

    /// <summary>The file of that path as built into the service, also where an overlay's is in force, or null.</summary>
    public (KnowledgeFile File, JsonElement Root)? FindShipped(string path) => _shipped.TryGetValue(path, out var found) ? found : null;

    /// <summary>The name of the file of that path that is in force: what an error is told about.</summary>
    public string NameOf(string path) => Find(path)?.File.Name ?? path;

    /// <summary>Every file in force under a folder such as <c>models/</c>, by path.</summary>
    public IEnumerable<(KnowledgeFile File, JsonElement Root)> Under(string folder) =>
        _byPath.Where(pair => pair.Key.StartsWith(folder, StringComparison.Ordinal))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => pair.Value);

    private static IEnumerable<KnowledgeFile> Overlay(string folder, KnowledgeErrors errors)
    {
        if (!Directory.Exists(folder))
        {
            errors.Add(folder, "the overlay folder does not exist");
            yield break;
        }

        // Hidden entries are skipped: a Kubernetes mount repeats every file under "..data".
        var everything = new EnumerationOptions { RecurseSubdirectories = true };
        foreach (var path in Directory.EnumerateFiles(folder, "*.json", everything))
        {
            var name = OverlayPrefix + Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
            if (TryRead(path, out var content))
                yield return new KnowledgeFile(name, IsOverlay: true, content);
            else
                errors.Add(name, "cannot be read");
        }
    }

    private static bool TryRead(string path, out ImmutableArray<byte> content)
    {
        try
        {
            content = [.. File.ReadAllBytes(path)];
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            content = [];
            return false;
        }
    }

    private void Take(KnowledgeFile file, KnowledgeErrors errors)
    {
        if (Parse(file, errors) is not { } root)
            return;

        if (IsValueSet(root))
        {
            _valueSets.Add((file, root));
            return;
        }

        var path = file.IsOverlay ? file.Name[OverlayPrefix.Length..] : file.Name;
        if (file.IsOverlay && !_byPath.ContainsKey(path))
            errors.Add(file.Name, "is neither a ValueSet nor named as a shipped file, so that it would have no effect");
        else
            _byPath[path] = (file, root);
        if (!file.IsOverlay)
            _shipped[path] = (file, root);
    }

    private static JsonElement? Parse(KnowledgeFile file, KnowledgeErrors errors)
    {
        try
        {
            var root = JsonDocument.Parse(file.Content.AsMemory(), Strict).RootElement;
            if (root.ValueKind == JsonValueKind.Object)
                return root;
            errors.Add(file.Name, "is not a JSON object");
        }
        catch (JsonException failure)
        {
            errors.Add(file.Name, $"is not valid JSON ({failure.Message})");
        }

        return null;
    }

    private static bool IsValueSet(JsonElement root) =>
        root.TryGetProperty("resourceType", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("ValueSet");

    private static string HashOf(ImmutableArray<KnowledgeFile> files, bool useUnverified)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            Append(hash, Encoding.UTF8.GetBytes(file.Name));
            Append(hash, file.Content.AsSpan());
        }

        if (useUnverified)
            Append(hash, "unverified"u8);
        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    /// <summary>Lengths first, so that no two sets of files can run together into the same bytes.</summary>
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
