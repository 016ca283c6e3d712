using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing.State;

namespace Cairn.Tests.Indexing;

public class BlobIndexModelTests
{
    const int Blobs = 400;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_operations_answer_like_a_dictionary(int seed)
    {
        var run = new Run(seed);
        for (var step = 0; step < 60; step++)
            run.Step(step);
    }

    sealed class Run
    {
        readonly Random _random;
        readonly string _seed;
        readonly MemoryStateFolder _folder = new();
        readonly IndexModel _model = new();
        readonly Dictionary<int, List<PackTable>> _objects = [];
        readonly HashSet<ObjectHash> _removed = [];
        readonly Dictionary<PackNumber, ObjectHash> _numbers = [];
        List<PackTable> _pending = [];
        BlobIndex _index;
        int _nextObject;
        int _nextPack;

        public Run(int seed)
        {
            _random = new Random(seed);
            _seed = $"seed {seed}";
            _index = Open();
        }

        public void Step(int step)
        {
            var context = $"{_seed}, step {step}";
            switch (_random.Next(12))
            {
                case < 3:
                    AbsorbSomething();
                    break;
                case < 6:
                    AddPending();
                    break;
                case 6:
                    Checkpoint();
                    break;
                case 7:
                    _index.Commit();
                    break;
                case 8:
                    Exclude(removes: false);
                    break;
                case 9:
                    Exclude(removes: true);
                    break;
                case 10:
                    _index.Compact();
                    break;
                default:
                    Reopen();
                    break;
            }
            _model.AssertSame(_index, Enumerable.Range(0, Blobs).Select(i => TestPacks.IdOf(i)), context);
            foreach (var (number, name) in _numbers.Where(item => !_removed.Contains(item.Value)))
                Assert.True(_index.GetPack(number).Name == name, $"{context}: a number changed its pack");
            foreach (var (name, _) in _model.Packs)
            {
                Assert.True(_index.TryFindPack(name, out var number), context);
                Assert.Equal(_model.Excluded.Contains(name), _index.IsExcluded(number));
                _numbers[number] = name;
            }
        }

        BlobIndex Open() =>
            BlobIndex.Open(_folder, TestPacks.Repository, new BlobIndexOptions(RowsInMemoryMax: _random.Next(20, 300)));

        PackTable MakePack()
        {
            var rows = Enumerable.Range(0, _random.Next(0, 20)).Select(_ => (long)_random.Next(Blobs)).ToArray();
            return TestPacks.Make(_nextPack++, rows);
        }

        void AbsorbSomething()
        {
            var tables = Enumerable.Range(0, _random.Next(0, 5)).Select(_ => MakePack()).ToList();
            // Index objects may repeat packs of others.
            var known = _objects.Values.SelectMany(t => t).Where(t => !_removed.Contains(t.Name)).ToList();
            if (known.Count > 0 && _random.Next(2) == 0)
                tables.Add(known[_random.Next(known.Count)]);
            Absorb(tables);
        }

        void Absorb(List<PackTable> tables)
        {
            var number = _nextObject++;
            _objects.Add(number, tables);
            foreach (var table in tables)
                _model.Packs[table.Name] = table;
            Assert.True(_index.Absorb(TestPacks.ObjectOf(number), tables));
            Assert.False(_index.Absorb(TestPacks.ObjectOf(number), tables));
        }

        void AddPending()
        {
            var table = MakePack();
            _pending.Add(table);
            _model.Packs[table.Name] = table;
            _numbers[_index.AddPending(table)] = table.Name;
        }

        void Checkpoint()
        {
            Absorb([.. _pending.Where(table => !_removed.Contains(table.Name))]);
            _pending = [];
            _index.Commit();
        }

        void Exclude(bool removes)
        {
            if (_nextPack == 0)
                return;
            // Sometimes one that is not known yet.
            var name = TestPacks.NameOf(_random.Next(_nextPack + 3));
            if (_removed.Contains(name) || (removes && !_model.Packs.ContainsKey(name)))
                return;
            _model.Excluded.Add(name);
            if (!removes)
            {
                _index.Exclude(name);
                return;
            }
            _model.Packs.Remove(name);
            _removed.Add(name);
            _index.RemovePack(name);
        }

        void Reopen()
        {
            _index.Dispose();
            _index = Open();
            _numbers.Clear();
            foreach (var (number, tables) in _objects)
            {
                if (!_index.Absorbed.Contains(TestPacks.ObjectOf(number)))
                    _index.Absorb(TestPacks.ObjectOf(number), tables);
            }
            foreach (var table in _pending)
                _index.AddPending(table);
            foreach (var name in _model.Excluded)
                _index.Exclude(name);
            foreach (var name in _removed)
                _index.RemovePack(name);
        }
    }
}
