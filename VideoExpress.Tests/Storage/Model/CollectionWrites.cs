using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Model;

internal sealed record Count(string Key, bool Up, int? ExpireMinutes) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        DateTime? expireAt = null;
        if (ExpireMinutes is { } minutes)
        {
            expireAt = world.Model.Now.AddMinutes(minutes);
            Action<string, TimeSpan> count = Up ? transaction.IncrementCounter : transaction.DecrementCounter;
            count(Key, TimeSpan.FromMinutes(minutes));
        }
        else
        {
            Action<string> count = Up ? transaction.IncrementCounter : transaction.DecrementCounter;
            count(Key);
        }

        return () => world.Model.AddToCounter(Key, Up ? 1 : -1, expireAt);
    }
}

internal sealed record AddToSet(string Key, string Value, double Score) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.AddToSet(Key, Value, Score);
        return () => world.Model.AddToSet(Key, Value, Score);
    }
}

internal sealed record AddRangeToSet(string Key, string[] Values) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.AddRangeToSet(Key, Values);
        return () => Array.ForEach(Values, value => world.Model.AddToSet(Key, value, 0));
    }

    public override string ToString() => $"AddRangeToSet {{ Key = {Key}, Values = [{string.Join(", ", Values)}] }}";
}

internal sealed record RemoveFromSet(string Key, string Value) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.RemoveFromSet(Key, Value);
        return () =>
        {
            world.Model.Sets.GetValueOrDefault(Key)?.Value.RemoveAll(item => item.Value == Value);
            world.Model.RemoveIfEmpty(Key);
        };
    }
}

internal sealed record Insert(string Key, string Value) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.InsertToList(Key, Value);
        return () => ModelStorage.Of(world.Model.Lists, Key).Value.Add(Value);
    }
}

internal sealed record RemoveFromList(string Key, string Value) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.RemoveFromList(Key, Value);
        return () =>
        {
            world.Model.Lists.GetValueOrDefault(Key)?.Value.RemoveAll(item => item == Value);
            world.Model.RemoveIfEmpty(Key);
        };
    }
}

internal sealed record Trim(string Key, int From, int To) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.TrimList(Key, From, To);
        return () =>
        {
            if (world.Model.Lists.TryGetValue(Key, out var list))
            {
                // Counted from the newest, which is the last.
                list.Value = [.. list.Value.AsEnumerable().Reverse().Where((_, index) => index >= From && index <= To).Reverse()];
                world.Model.RemoveIfEmpty(Key);
            }
        };
    }
}

internal sealed record SetFields(string Key, string[] Fields, string? Value) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        transaction.SetRangeInHash(Key, Fields.Select(field => KeyValuePair.Create(field, Value!)));
        return () => Array.ForEach(Fields, field => ModelStorage.Of(world.Model.Hashes, Key).Value[field] = Value);
    }

    public override string ToString() => $"SetFields {{ Key = {Key}, Fields = [{string.Join(", ", Fields)}], Value = {Value} }}";
}

internal enum Collection
{
    Set,
    List,
    Hash,
}

/// <summary>Removes a whole set or hash; lists have no such call.</summary>
internal sealed record Remove(Collection Collection, string Key) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        switch (Collection)
        {
            case Collection.Set:
                transaction.RemoveSet(Key);
                return () => world.Model.Sets.Remove(Key);
            case Collection.Hash:
                transaction.RemoveHash(Key);
                return () => world.Model.Hashes.Remove(Key);
            default:
                return () => { };
        }
    }
}

/// <summary>Has a collection expire, or keeps it for ever.</summary>
internal sealed record Expire(Collection Collection, string Key, int? Minutes) : Write
{
    public override Action Apply(World world, JobStorageTransaction transaction)
    {
        (Action<string, TimeSpan> expire, Action<string> persist) = Collection switch
        {
            Collection.Set => ((Action<string, TimeSpan>)transaction.ExpireSet, (Action<string>)transaction.PersistSet),
            Collection.List => (transaction.ExpireList, transaction.PersistList),
            _ => (transaction.ExpireHash, transaction.PersistHash),
        };
        DateTime? at = null;
        if (Minutes is { } minutes)
        {
            at = world.Model.Now.AddMinutes(minutes);
            expire(Key, TimeSpan.FromMinutes(minutes));
        }
        else
        {
            persist(Key);
        }

        return () =>
        {
            switch (Collection)
            {
                case Collection.Set:
                    Change(world.Model.Sets);
                    break;
                case Collection.List:
                    Change(world.Model.Lists);
                    break;
                default:
                    Change(world.Model.Hashes);
                    break;
            }
        };

        void Change<T>(Dictionary<string, Kept<T>> all)
        {
            if (all.TryGetValue(Key, out var kept))
            {
                kept.ExpireAt = at;
            }
        }
    }
}
