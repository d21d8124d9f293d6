using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Trust;

/// <summary>An EHR that signs, by hand, so that a test can make every token that a library would not.</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Name = "https://ehr.example.org/fhir";
    public const string PublicBase = "https://cds.example.org/hpd";
    public const string Audience = PublicBase + "/cds-services/hpd-risk";

    private readonly ECDsa _curve;
    private readonly RSA _rsa = RSA.Create(2048);

    public TestIssuer(string kid = "key-1", ECCurve? curve = null)
    {
        Kid = kid;
        _curve = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP384);
    }

    public string Kid { get; }

    public string RsaKid => Kid + "-rsa";

    public RSA Rsa => _rsa;

    public string Jwks => Set(CurveKey(), RsaKey());

    public static string Set(params JsonObject[] keys) => new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString();

    public JsonObject CurveKey(bool withPrivate = false)
    {
        var key = _curve.ExportParameters(withPrivate);
        var json = new JsonObject { ["kty"] = "EC", ["kid"] = Kid, ["crv"] = $"P-{_curve.KeySize}", ["x"] = Text(key.Q.X!), ["y"] = Text(key.Q.Y!) };
        if (withPrivate)
            json["d"] = Text(key.D!);
        return json;
    }

    public JsonObject RsaKey() => RsaKey(_rsa, RsaKid);

    public static JsonObject RsaKey(RSA rsa, string kid)
    {
        var key = rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject { ["kty"] = "RSA", ["kid"] = kid, ["n"] = Text(key.Modulus!), ["e"] = Text(key.Exponent!) };
    }

    public JsonObject Header(string algorithm = "ES384") => new()
    {
        ["alg"] = algorithm,
        ["kid"] = algorithm.StartsWith("ES", StringComparison.Ordinal) ? Kid : RsaKid,
        ["typ"] = "JWT",
    };

    public static JsonObject Claims(DateTimeOffset? now = null)
    {
        var at = (now ?? RunningService.Noon).ToUnixTimeSeconds();
        return new JsonObject { ["iss"] = Name, ["aud"] = Audience, ["exp"] = at + 300, ["iat"] = at, ["jti"] = Guid.NewGuid().ToString() };
    }

    /// <summary>A good token but for what a test changes in it.</summary>
    public string Token(Action<JsonObject>? claims = null, Action<JsonObject>? header = null, string algorithm = "ES384", DateTimeOffset? now = null)
    {
        var (head, body) = (Header(algorithm), Claims(now));
        header?.Invoke(head);
        claims?.Invoke(body);
        return Sign(head, body, algorithm);
    }

    public string Sign(JsonObject header, JsonObject claims, string algorithm) => SignText(header.ToJsonString(), claims.ToJsonString(), algorithm);

    /// <summary>For what no JSON object can say: a member twice, or base64 with padding.</summary>
    public string SignText(string header, string claims, string algorithm = "ES384", bool isPadded = false)
    {
        Func<byte[], string> written = isPadded ? Convert.ToBase64String : Text;
        var text = $"{written(Encoding.UTF8.GetBytes(header))}.{written(Encoding.UTF8.GetBytes(claims))}";
        return $"{text}.{Text(SignBytes(Encoding.UTF8.GetBytes(text), algorithm))}";
    }

    public void Dispose()
    {
        _curve.Dispose();
        _rsa.Dispose();
    }

    private byte[] SignBytes(byte[] bytes, string algorithm)
    {
        var hash = algorithm[^3..] switch { "256" => HashAlgorithmName.SHA256, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA384 };
        return algorithm[..2] switch
        {
            "ES" => _curve.SignData(bytes, hash),
            "RS" => _rsa.SignData(bytes, hash, RSASignaturePadding.Pkcs1),
            "PS" => _rsa.SignData(bytes, hash, RSASignaturePadding.Pss),
            // The classic confusion: the public key, which everybody has, as a shared secret.
            "HS" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), bytes),
            _ => [],
        };
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
