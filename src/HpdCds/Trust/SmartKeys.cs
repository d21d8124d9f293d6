using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace HpdCds.Trust;

/// <summary>
/// With what we prove to an authorization server who we are. To rotate, the new key is put behind the old one, and before it once
/// every EHR has read the list again.
/// </summary>
public sealed class SmartKeys
{
    private static readonly SmartKeys None = new(null, []);

    private static readonly string[] PublicMembers = ["kty", "kid", "use", "alg", "crv", "x", "y", "n", "e"];

    private SmartKeys(SigningCredentials? signing, ImmutableArray<JsonObject> published) => (Signing, Published) = (signing, published);

    /// <summary>Null only where the settings are refused for it.</summary>
    public SigningCredentials? Signing { get; }

    /// <summary>The public halves, as a JWKS has them.</summary>
    public ImmutableArray<JsonObject> Published { get; }

    public override string ToString() => "[keys]";

    internal static SmartKeys Read(string file, string root, EntryCheck checks)
    {
        if (string.IsNullOrWhiteSpace(file))
        {
            checks.Require(false, "Smart:KeyFile is missing");
            return None;
        }

        try
        {
            var text = File.ReadAllText(Path.Combine(root, file));
            var keys = new JsonWebKeySet(text).Keys;
            var published = (JsonNode.Parse(text)?["keys"]?.AsArray() ?? []).Select(key => Public(key?.AsObject() ?? [])).ToImmutableArray();
            var areFine = keys.Count > 0 && keys.All(IsFine) && keys.Select(key => key.Kid).Distinct(StringComparer.Ordinal).Count() == keys.Count;
            checks.Require(areFine, "Smart:KeyFile must hold private keys with a kid of their own, for RS384 (2048 bits or more) or ES384");
            return areFine ? new(new SigningCredentials(keys[0], AlgorithmOf(keys[0].Kty)), published) : None;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or ArgumentException or FormatException or InvalidOperationException or System.Text.Json.JsonException)
        {
            checks.Require(false, "Smart:KeyFile cannot be read as a JWKS");
            return None;
        }
    }

    private static bool IsFine(JsonWebKey key) => key is { HasPrivateKey: true, Kid.Length: > 0 } && (key.Alg ?? AlgorithmOf(key.Kty)) == AlgorithmOf(key.Kty) && key switch
    {
        { Kty: "EC", Crv: "P-384" } => true,
        { Kty: "RSA" } => key.KeySize >= 2048,
        _ => false,
    };

    private static string AlgorithmOf(string? kind) => kind == "RSA" ? SecurityAlgorithms.RsaSha384 : SecurityAlgorithms.EcdsaSha384;

    private static JsonObject Public(JsonObject key)
    {
        var half = new JsonObject(key.Where(member => PublicMembers.Contains(member.Key, StringComparer.Ordinal)).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        half["use"] = "sig";
        half["alg"] = AlgorithmOf((string?)key["kty"]);
        return half;
    }
}
