using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace HpdCds.Trust;

/// <summary>Texts that nobody can guess, and by what they are known again where they may not be kept.</summary>
public static class Unguessable
{
    public static string New(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    public static string HashOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
