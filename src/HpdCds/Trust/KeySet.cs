using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Trust;

/// <summary>The signatures that an entry may list, each with the kind of key that it needs. Nothing symmetric, no "none".</summary>
internal static class TokenAlgorithm
{
    public const string Rsa = "RSA";

    public static readonly ImmutableArray<string> Default = ["ES384", "RS384"];

    public static readonly ImmutableSortedDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ES256"] = "P-256",
        ["ES384"] = "P-384",
        ["ES512"] = "P-521",
        ["PS256"] = Rsa,
        ["PS384"] = Rsa,
        ["PS512"] = Rsa,
        ["RS256"] = Rsa,
        ["RS384"] = Rsa,
        ["RS512"] = Rsa,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>
/// The public keys of one JWKS that may be used: for signatures, without a private half, strong enough, and the only one
/// with their id. The others are left out one by one, so that a strange key costs only itself.
/// </summary>
public sealed class KeySet
{
    public static readonly KeySet Empty = new([], "");

    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;
    private const int MaxKidCharacters = 256;

    private readonly ImmutableDictionary<string, VerifyingKey> _keys;

    private KeySet(IEnumerable<VerifyingKey> keys, string hash)
    {
        _keys = keys.GroupBy(key => key.Id, StringComparer.Ordinal).Where(group => group.Count() == 1)
            .ToImmutableDictionary(group => group.Key, group => group.Single(), StringComparer.Ordinal);
        Hash = hash;
    }

    public int Count => _keys.Count;

    public string Hash { get; }

    /// <exception cref="FormatException">This is no JWKS.</exception>
    public static KeySet Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            var keys = document.RootElement.GetProperty("keys").EnumerateArray().Where(key => key.ValueKind == JsonValueKind.Object).ToList();
            // Ids are counted over all keys: one that stands twice is ambiguous even when its twin is unusable.
            var twice = keys.Select(IdOf).GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
            return new KeySet(keys.Where(key => !twice.Contains(IdOf(key))).Select(Read).OfType<VerifyingKey>(), Convert.ToHexString(SHA256.HashData(json.Span)));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("This is no JWKS", broken);
        }
    }

    public bool Knows(string kid) => _keys.ContainsKey(kid);

    /// <summary>The key with this id, if it fits the algorithm.</summary>
    public SecurityKey? Find(string kid, string algorithm) =>
        _keys.TryGetValue(kid, out var key) && TokenAlgorithm.All.TryGetValue(algorithm, out var kind) && key.Kind == kind && (key.Algorithm is null || key.Algorithm == algorithm)
            ? key.Key
            : null;

    private static VerifyingKey? Read(JsonElement key)
    {
        var id = IdOf(key);
        var isForSignatures = (Text(key, "use") ?? "sig") == "sig"
            && (!key.TryGetProperty("key_ops", out var uses) || (uses.ValueKind == JsonValueKind.Array && uses.EnumerateArray().Any(use => use.ValueKind == JsonValueKind.String && use.ValueEquals("verify"))));
        if (id is null or "" || id.Length > MaxKidCharacters || !isForSignatures || key.TryGetProperty("d", out _))
            return null;
        try
        {
            return Text(key, "kty") switch
            {
                "RSA" when ReadRsa(key) is { } rsa => new(id, TokenAlgorithm.Rsa, Text(key, "alg"), new RsaSecurityKey(rsa) { KeyId = id }),
                "EC" when ReadCurve(key) is { } point => new(id, Text(key, "crv")!, Text(key, "alg"), new ECDsaSecurityKey(point) { KeyId = id }),
                _ => null,
            };
        }
        catch (Exception broken) when (broken is FormatException or CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static RSAParameters? ReadRsa(JsonElement key)
    {
        var parameters = new RSAParameters { Modulus = Bytes(key, "n").AsSpan().TrimStart((byte)0).ToArray(), Exponent = Bytes(key, "e") };
        using var rsa = RSA.Create(parameters);
        var isOddExponent = parameters.Exponent is { Length: > 0 and <= 8 } exponent && (exponent[^1] & 1) == 1 && !(exponent.Length == 1 && exponent[0] == 1);
        return rsa.KeySize is >= MinRsaBits and <= MaxRsaBits && isOddExponent ? parameters : null;
    }

    private static ECDsa? ReadCurve(JsonElement key)
    {
        ECCurve? curve = Text(key, "crv") switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        // Creating it checks that the point lies on the curve.
        return curve is null ? null : ECDsa.Create(new ECParameters { Curve = curve.Value, Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") } });
    }

    private static string? IdOf(JsonElement key) => Text(key, "kid");

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Bytes(JsonElement key, string name) =>
        Text(key, name) is { } text ? Base64Url.DecodeFromChars(text) : throw new FormatException("A member of the key is missing");

    private sealed record VerifyingKey(string Id, string Kind, string? Algorithm, SecurityKey Key);
}
