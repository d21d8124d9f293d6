using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace HpdCds.Sandbox.Orders;

/// <summary>With what the small EHR proves who it is: a key pair made at start, its public half on the web, a new token for each call.</summary>
public sealed class ClientKeys(SandboxAddresses addresses, TimeProvider time) : IDisposable
{
    public const string JwksPath = "/.well-known/jwks.json";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly string _kid = Guid.NewGuid().ToString();

    public JsonObject Jwks()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "EC",
                ["kid"] = _kid,
                ["use"] = "sig",
                ["alg"] = "ES384",
                ["crv"] = "P-384",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            }),
        };
    }

    /// <summary>A token for one call of one address, by the issuer whose entry has the language of the advice.</summary>
    public string TokenFor(Uri address, string language = SandboxSite.English)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "ES384", ["kid"] = _kid, ["typ"] = "JWT", ["jku"] = addresses.Ehr() + JwksPath };
        var claims = new JsonObject { ["iss"] = addresses.FhirBaseFor(language), ["aud"] = address.AbsoluteUri, ["iat"] = now, ["exp"] = now + 300, ["jti"] = Guid.NewGuid().ToString() };
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA384))}";
    }

    /// <summary>Where a shell gets a token for one call of the service, so that a copied command works more than once.</summary>
    public Uri TokenAddress(Uri address, string language) =>
        new($"{addresses.Ehr()}/token?path={Uri.EscapeDataString(address.AbsolutePath)}&language={language}");

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
